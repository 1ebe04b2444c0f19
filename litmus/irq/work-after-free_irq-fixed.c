/*
 * Result: safe
 *
 * In which order do an interrupt and the work item that it queues end?
 * The interrupt first, then nobody queues the item any more.
 */
#include <lastput.h>

#define IRQ 7

struct dev {
	struct work_struct work;
	int events;
};

static void dev_work(struct work_struct *work)
{
	container_of(work, struct dev, work)->events++;
}

static irqreturn_t dev_irq(int irq, void *dev_id)
{
	struct dev *dev = dev_id;

	schedule_work(&dev->work);
	return IRQ_HANDLED;
}

THREAD(admin)
{
	struct dev *dev = kzalloc(sizeof(*dev), GFP_KERNEL);

	INIT_WORK(&dev->work, dev_work);
	request_irq(IRQ, dev_irq, IRQF_TRIGGER_RISING, "dev", dev);
	free_irq(IRQ, dev);
	cancel_work_sync(&dev->work);
	kfree(dev);
}
