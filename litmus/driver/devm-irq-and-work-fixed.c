/*
 * Result: safe
 *
 * How does a driver end a work item that its managed interrupt queues?
 * With an action that is older than the interrupt, so that it runs after the interrupt is gone.
 */
#include <lastput.h>

struct priv {
	struct work_struct work;
	int value;
};

MODULE(drv);

static void priv_work(struct work_struct *work)
{
	container_of(work, struct priv, work)->value++;
}

static irqreturn_t priv_irq(int irq, void *dev_id)
{
	struct priv *priv = dev_id;

	schedule_work(&priv->work);
	return IRQ_HANDLED;
}

static void stop_work(void *work)
{
	cancel_work_sync(work);
}

static int drv_probe(struct platform_device *pdev)
{
	struct priv *priv = devm_kzalloc(&pdev->dev, sizeof(*priv), GFP_KERNEL);
	int irq = platform_get_irq(pdev, 0);

	if (irq < 0)
		return irq;
	INIT_WORK(&priv->work, priv_work);
	if (devm_add_action_or_reset(&pdev->dev, stop_work, &priv->work))
		return -ENOMEM;
	return devm_request_irq(&pdev->dev, irq, priv_irq, 0, "drv", priv);
}

static struct platform_driver drv_driver = { .probe = drv_probe };
module_platform_driver(drv_driver);
MODULE(vmlinux);

THREAD(admin)
{
	rmmod("drv");
}
