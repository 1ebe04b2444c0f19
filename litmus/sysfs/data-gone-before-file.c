/*
 * Result: use-after-free (priv)
 *
 * May remove() free what an attribute shows that the driver itself created?
 * No. Only the files of driver.dev_groups are gone by then.
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
	return sysfs_create_groups(&pdev->dev.kobj, priv_groups);
}

static void drv_remove(struct platform_device *pdev)
{
	kfree(platform_get_drvdata(pdev));
	sysfs_remove_groups(&pdev->dev.kobj, priv_groups);
}

static struct platform_driver drv_driver = { .probe = drv_probe, .remove = drv_remove };

THREAD(admin)
{
	platform_driver_register(&drv_driver);
	platform_driver_unregister(&drv_driver);
}
