/*
 * Result: safe
 *
 * When may the data go that an interrupt handler uses?
 * After free_irq(), which waits until no handler of the line runs.
 */
#include <lastput.h>

#define IRQ 7

struct dev {
	int events;
};

static irqreturn_t dev_irq(int irq, void *dev_id)
{
	struct dev *dev = dev_id;

	dev->events++;
	return IRQ_HANDLED;
}

THREAD(admin)
{
	struct dev *dev = kzalloc(sizeof(*dev), GFP_KERNEL);

	request_irq(IRQ, dev_irq, 0, "dev", dev);
	free_irq(IRQ, dev);
	kfree(dev);
}
