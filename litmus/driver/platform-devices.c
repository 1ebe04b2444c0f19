/*
 * Result: safe
 *
 * Which platform devices does a driver get, and what becomes of them when they go first?
 * Those that are registered; device_del() unbinds its driver.
 */
#include <lastput.h>

POOL(struct platform_device, 4);

static int bound;

static int drv_probe(struct platform_device *pdev)
{
	if (platform_get_irq_optional(pdev, 0) < 0 || platform_get_irq_byname(pdev, "tx") < 0 ||
	    platform_get_irq_byname_optional(pdev, "rx") < 0)
		return -ENXIO;
	bound++;
	return 0;
}

static void drv_remove(struct platform_device *pdev)
{
	bound--;
}

static struct platform_driver drv_driver = { .remove = drv_remove };

static void release(struct device *dev)
{
	bound = -1;
}

static struct platform_device fixed = { .name = "fixed", .dev = { .release = release } };

static ssize_t value_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%s\n", dev_name(dev));
}

static DEVICE_ATTR_RO(value);
static DEVICE_ATTR(other, 0444, value_show, NULL);
static struct attribute *attrs[] = { &dev_attr_other.attr, NULL };
static const struct attribute_group group = { .attrs = attrs };

THREAD(admin)
{
	struct platform_device *one = platform_device_register_simple("one", 0, NULL, 0);
	struct platform_device *two;

	drv_driver.probe = drv_probe;
	platform_driver_probe(&drv_driver, drv_probe);
	WARN_ON(bound != 1);
	platform_device_unregister(one);
	WARN_ON(bound);
	two = platform_device_register_data(NULL, "two", 0, NULL, 0);
	WARN_ON(bound != 1);
	platform_driver_unregister(&drv_driver);
	platform_device_unregister(two);
	platform_device_unregister(platform_device_register_resndata(NULL, "3", 0, NULL, 0, NULL, 0));
	dev_set_name(&fixed.dev, "fixed");
	WARN_ON(platform_device_add_data(&fixed, NULL, 0) || platform_device_add_resources(&fixed, NULL, 0));
	platform_device_register(&fixed);
	device_create_file(&fixed.dev, &dev_attr_value);
	device_add_group(&fixed.dev, &group);
	device_remove_group(&fixed.dev, &group);
	device_remove_file(&fixed.dev, &dev_attr_value);
	platform_device_unregister(&fixed);
	WARN_ON(bound != -1);
}
