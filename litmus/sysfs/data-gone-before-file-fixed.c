/*
 * Result: safe
 *
 * When are the attributes of a driver gone that stand in driver.dev_groups?
 * Before remove() is called, so that it may free what they show.
 */
#include <lastput.h>

struct priv {
	int value;
};

static ssize_t value_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct priv *priv = dev_get_drvdata(dev);

	return sysfs_emit(buf, "%d\n", priv->value);
}

static ssize_t value_store(struct device *dev, struct device_attribute *attr, const char *buf, size_t count)
{
	struct priv *priv = dev_get_drvdata(dev);

	priv->value = 1;
	return count;
}

static DEVICE_ATTR_RW(value);

static struct attribute *priv_attrs[] = { &dev_attr_value.attr, NULL };
ATTRIBUTE_GROUPS(priv);

static int drv_probe(struct platform_device *pdev)
{
	struct priv *priv = kzalloc(sizeof(*priv), GFP_KERNEL);

	platform_set_drvdata(pdev, priv);
	return 0;
}

static void drv_remove(struct platform_device *pdev)
{
	kfree(platform_get_drvdata(pdev));
}

static struct platform_driver drv_driver = { .probe = drv_probe, .remove = drv_remove, .driver = { .dev_groups = priv_groups } };

THREAD(admin)
{
	platform_driver_register(&drv_driver);
	platform_driver_unregister(&drv_driver);
}
