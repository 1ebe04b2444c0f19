/*
 * Result: warn, leak (dev)
 * Options: define CONFIG_FAIL_FUNCTION=1
 *
 * What if request_irq() fails?
 * Then there is nothing to free, and what was allocated before has to go in the same breath.
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

static struct dev *probe(void)
{
	struct dev *dev = kzalloc(sizeof(*dev), GFP_KERNEL);

	if (request_irq(IRQ, dev_irq, 0, "dev", dev))
		return NULL;
	return dev;
}

THREAD(admin)
{
	struct dev *dev = probe();

	free_irq(IRQ, dev);
	kfree(dev);
}
