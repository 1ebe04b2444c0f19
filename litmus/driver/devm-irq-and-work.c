/*
 * Result: use-after-free (priv), unmapped-text (drv)
 *
 * Does cancel_work_sync() in remove() end a work item that a managed interrupt queues?
 * No. The interrupt goes after remove(): the handler queues the item again, and then the memory goes.
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

static int drv_probe(struct platform_device *pdev)
{
	struct priv *priv = devm_kzalloc(&pdev->dev, sizeof(*priv), GFP_KERNEL);
	int irq = platform_get_irq(pdev, 0);

	if (irq < 0)
		return irq;
	INIT_WORK(&priv->work, priv_work);
	platform_set_drvdata(pdev, priv);
	return devm_request_irq(&pdev->dev, irq, priv_irq, 0, "drv", priv);
}

static void drv_remove(struct platform_device *pdev)
{
	struct priv *priv = platform_get_drvdata(pdev);

	cancel_work_sync(&priv->work);
}

static struct platform_driver drv_driver = { .probe = drv_probe, .remove = drv_remove };
module_platform_driver(drv_driver);
MODULE(vmlinux);

THREAD(admin)
{
	rmmod("drv");
}
