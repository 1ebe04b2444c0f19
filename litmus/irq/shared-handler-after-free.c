/*
 * Result: use-after-free (dev)
 * Options: define CONFIG_DEBUG_SHIRQ=1
 *
 * Is it enough that the own device raises no more interrupts before its data goes?
 * Not on a shared line: another device fires, and free_irq() itself calls the handler once more to show it.
 */
#include <lastput.h>

#define IRQ 7

struct dev {
	int ready;
};

static struct dev *the_dev;

static irqreturn_t dev_irq(int irq, void *dev_id)
{
	if (!the_dev->ready)
		return IRQ_NONE;
	return IRQ_HANDLED;
}

THREAD(admin)
{
	the_dev = kzalloc(sizeof(*the_dev), GFP_KERNEL);
	request_irq(IRQ, dev_irq, IRQF_SHARED, "dev", &the_dev);
	disable_irq(IRQ);
	kfree(the_dev);
	free_irq(IRQ, &the_dev);
}
