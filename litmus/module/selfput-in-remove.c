/*
 * Result: safe
 *
 * May a driver's probe() or remove() put its own module?
 * Yes. Class H: the driver core calls them under the device's lock, and driver_unregister(), which the exit
 * function calls, takes the lock of each device that is bound to the driver.
 *
 * Taught by drivers/base/dd.c (driver_detach()).
 */
#include <lastput.h>

struct driver {
	void (*remove)(struct device *dev);
};

static struct device dev;
static struct driver *bound;

static void driver_detach(void)
{
	device_lock(&dev);
	if (bound) {
		bound->remove(&dev);
		bound = NULL;
	}
	device_unlock(&dev);
}

static void driver_register(struct driver *drv)
{
	device_lock(&dev);
	bound = drv;
	device_unlock(&dev);
}

MODULE(drv);

static void drv_remove(struct device *device)
{
	module_put(THIS_MODULE);
}

static struct driver drv_driver = { .remove = drv_remove };

static int drv_init(void)
{
	__module_get(THIS_MODULE);
	driver_register(&drv_driver);
	return 0;
}

static void drv_exit(void)
{
	driver_detach();
}

module_init(drv_init);
module_exit(drv_exit);

THREAD(unplug)
{
	driver_detach();
}

THREAD(admin)
{
	rmmod("drv");
}
