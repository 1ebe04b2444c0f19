/*
 * Result: use-after-free (dev)
 *
 * May remove() free the device's data before free_irq()?
 * No. The handler may still be called with it as dev_id; devm_request_irq() with kfree() in remove() is the same.
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
	kfree(dev);
	free_irq(IRQ, dev);
}
