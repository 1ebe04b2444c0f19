/*
 * Result: use-after-free (dev)
 *
 * Is tasklet_kill() enough while the interrupt that schedules the tasklet is still requested?
 * No. The handler schedules it again.
 */
#include <lastput.h>

#define IRQ 5

struct dev {
	struct tasklet_struct tasklet;
	int value;
};

static void dev_tasklet(struct tasklet_struct *t)
{
	struct dev *dev = from_tasklet(dev, t, tasklet);

	dev->value++;
}

static irqreturn_t dev_irq(int irq, void *dev_id)
{
	struct dev *dev = dev_id;

	tasklet_schedule(&dev->tasklet);
	return IRQ_HANDLED;
}

THREAD(admin)
{
	struct dev *dev = kzalloc(sizeof(*dev), GFP_KERNEL);

	tasklet_setup(&dev->tasklet, dev_tasklet);
	request_irq(IRQ, dev_irq, 0, "dev", dev);
	tasklet_kill(&dev->tasklet);
	free_irq(IRQ, dev);
	kfree(dev);
}
