/*
 * Result: safe
 * Options: define CONFIG_DEBUG_SHIRQ=1
 *
 * When may the data of a handler on a shared line go?
 * After free_irq(), whatever the device itself does.
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
	free_irq(IRQ, &the_dev);
	kfree(the_dev);
}
