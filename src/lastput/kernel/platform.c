/*
 * Platform devices and drivers.
 *
 * Models drivers/base/platform.c (6.12); see bus.h. A platform_device has a reference count, also one that somebody
 * has allocated and not added yet: platform_device_put() ends it, not kfree().
 *
 * Left out: resources (platform_get_irq() and the like fail or give a number of their own), properties.
 */

struct platform_device {
	const char *name;
	int id;
	struct device dev;
};

struct platform_driver {
	int (*probe)(struct platform_device *pdev);
	void (*remove)(struct platform_device *pdev);
	void (*shutdown)(struct platform_device *pdev);
	struct device_driver driver;
};

BUS(platform, platform_device, platform_driver, remove)

/* drivers/base/platform.c:860 */
#define platform_driver_register(drv) __platform_register_driver(drv)
#define platform_driver_probe(drv, probe) __platform_register_driver(drv)

/* drivers/base/platform.c:874 */
static void platform_driver_unregister(struct platform_driver *drv)
{
	driver_unregister(&drv->driver);
}

#define module_driver(_driver, _register, _unregister, ...)			\
static int _driver##_init(void) { return _register(&(_driver)); }		\
module_init(_driver##_init);							\
static void _driver##_exit(void) { _unregister(&(_driver)); }			\
module_exit(_driver##_exit)
#define module_platform_driver(driver) module_driver(driver, platform_driver_register, platform_driver_unregister)

/* drivers/base/platform.c:556 */
static void platform_device_release(struct device *dev)
{
	kfree(container_of(dev, struct platform_device, dev));
}

/* drivers/base/platform.c:576 */
static struct platform_device *platform_device_alloc(const char *name, int id)
{
	struct platform_device *pdev = kzalloc(sizeof(*pdev), GFP_KERNEL);

	if (pdev) {
		device_initialize(&pdev->dev);
		pdev->dev.release = platform_device_release;
	}
	return pdev;
}

/* drivers/base/platform.c:549 */
static void platform_device_put(struct platform_device *pdev)
{
	if (!IS_ERR_OR_NULL(pdev))
		put_device(&pdev->dev);
}

/* drivers/base/platform.c:656 */
static int platform_device_add(struct platform_device *pdev)
{
	pdev->dev.bus = &platform_bus_type;
	return device_add(&pdev->dev);
}

/* drivers/base/platform.c:774: on failure the caller has to put it */
static int platform_device_register(struct platform_device *pdev)
{
	device_initialize(&pdev->dev);
	return platform_device_add(pdev);
}

/* drivers/base/platform.c:745 */
static void platform_device_del(struct platform_device *pdev)
{
	if (!IS_ERR_OR_NULL(pdev))
		device_del(&pdev->dev);
}

/* drivers/base/platform.c:790 */
static void platform_device_unregister(struct platform_device *pdev)
{
	platform_device_del(pdev);
	platform_device_put(pdev);
}

/* drivers/base/platform.c:805 */
static struct platform_device *platform_device_register_full(const void *info)
{
	struct platform_device *pdev = platform_device_alloc(NULL, 0);
	int ret;

	if (!pdev)
		return ERR_PTR(-ENOMEM);
	ret = platform_device_add(pdev);
	if (ret) {
		platform_device_put(pdev);
		return ERR_PTR(ret);
	}
	return pdev;
}

#define platform_device_register_simple(name, id, res, num) platform_device_register_full(NULL)
#define platform_device_register_data(parent, name, id, data, size) platform_device_register_full(NULL)
#define platform_device_register_resndata(parent, name, id, res, num, data, size) platform_device_register_full(NULL)
#define platform_device_add_data(pdev, data, size) 0
#define platform_device_add_resources(pdev, res, num) 0

/* drivers/base/platform.c:260 */
#define platform_get_irq(pdev, n) (__request_fails() ? -ENXIO : 16 + (n))
#define platform_get_irq_optional(pdev, n) platform_get_irq(pdev, n)
#define platform_get_irq_byname(pdev, name) platform_get_irq(pdev, 0)
#define platform_get_irq_byname_optional(pdev, name) platform_get_irq(pdev, 0)
