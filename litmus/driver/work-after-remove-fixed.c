/*
 * Result: safe
 *
 * What must remove() do about a work item in devm memory?
 * Wait for it with cancel_work_sync(): the memory goes only after remove() has returned.
 */
#include <lastput.h>

struct priv {
	struct work_struct work;
	int value;
};

static struct platform_device *the_device;

static void priv_work(struct work_struct *work)
{
	container_of(work, struct priv, work)->value++;
}

MODULE(drv);

static int drv_probe(struct platform_device *pdev)
{
	struct priv *priv = devm_kzalloc(&pdev->dev, sizeof(*priv), GFP_KERNEL);

	if (!priv)
		return -ENOMEM;
	INIT_WORK(&priv->work, priv_work);
	platform_set_drvdata(pdev, priv);
	the_device = pdev;
	return 0;
}

static void drv_remove(struct platform_device *pdev)
{
	struct priv *priv = platform_get_drvdata(pdev);

	cancel_work_sync(&priv->work);
}

static struct platform_driver drv_driver = {
	.probe = drv_probe,
	.remove = drv_remove,
};
module_platform_driver(drv_driver);

MODULE(vmlinux);

THREAD(user)
{
	struct priv *priv;

	device_lock(&the_device->dev);
	priv = platform_get_drvdata(the_device);
	if (priv)
		schedule_work(&priv->work);
	device_unlock(&the_device->dev);
}

THREAD(admin)
{
	rmmod("drv");
}
