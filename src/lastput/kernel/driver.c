/*
 * Drivers and the devices that they are bound to.
 *
 * Models drivers/base/{dd,bus,driver}.c (6.12). A driver is bound to each registered device of its bus that has none,
 * in the task that registers either. What blocks: probe() and remove() of a device exclude each other by
 * device_lock(), and driver_unregister() waits for both. The attributes of driver.dev_groups go, and wait for their
 * calls, before remove(); managed resources go after it.
 *
 * Left out: matching (a bus has devices for its drivers only), asynchronous and deferred probing, the device_lock() of
 * the parent, device links, binding by hand through sysfs, power management.
 */

struct bus_type {
	const char *name;
	int (*probe)(struct device *dev);
	void (*remove)(struct device *dev);
};

struct device_driver {
	const char *name;
	const struct bus_type *bus;
	struct module *owner;
	int (*probe)(struct device *dev);
	int (*remove)(struct device *dev);
	const struct attribute_group **dev_groups;
	const void *pm;
	const void *of_match_table;
	int registered;
};

/* drivers/base/dd.c:607 */
static void device_unbind_cleanup(struct device *dev)
{
	devres_release_all(dev);
	plain {
		dev->driver = NULL;
		dev->driver_data = NULL;
	}
}

/* drivers/base/dd.c:621: the bus calls the driver, or there is only the driver */
static void device_remove(struct device *dev)
{
	device_remove_groups(dev, dev->driver->dev_groups);
	if (dev->bus->remove)
		dev->bus->remove(dev);
	else if (dev->driver->remove)
		dev->driver->remove(dev);
}

/* drivers/base/dd.c:663 and call_driver_probe() */
static int really_probe(struct device *dev, struct device_driver *drv)
{
	int ret = 0;

	if (dev->devres_head)
		return -EBUSY;			/* "Resources present before probing" */
	dev->driver = drv;
	if (dev->bus->probe)
		ret = dev->bus->probe(dev);
	else if (drv->probe)
		ret = drv->probe(dev);
	if (!ret) {
		ret = device_add_groups(dev, drv->dev_groups);
		if (ret)
			device_remove(dev);
	}
	if (ret)
		device_unbind_cleanup(dev);
	return ret;
}

/* __driver_attach(), drivers/base/dd.c:1250 and __device_attach(), :1111, under device_lock() */
static void __driver_probe_device(struct device_driver *drv, struct device *dev)
{
	device_lock(dev);
	if (dev->registered && !dev->driver)
		really_probe(dev, drv);
	device_unlock(dev);
}

/* drivers/base/dd.c:1383: drv is NULL for any driver */
static void device_release_driver_internal(struct device *dev, const struct device_driver *drv)
{
	device_lock(dev);
	if (dev->driver && (!drv || drv == dev->driver)) {
		device_remove(dev);
		device_unbind_cleanup(dev);
	}
	device_unlock(dev);
}

#define device_release_driver(dev) device_release_driver_internal(dev, NULL)

/* A device of this bus that no driver has, or one that this driver has, with a reference; NULL if there is none. */
static struct device *__bus_find(const struct bus_type *bus, const struct device_driver *drv)
{
	struct device *dev;
	struct device *found = NULL;

	atomic {
		for_each_instance(struct device, dev) {
			if (dev->bus == bus && dev->registered && dev->driver == drv && !found)
				found = dev;
		}
		get_device(found);
	}
	return found;
}

/* drivers/base/bus.c:589 */
static void bus_probe_device(struct device *dev)
{
	struct device_driver *drv;
	struct device_driver *found = NULL;

	if (!dev->bus)
		return;
	atomic {
		for_each_instance(struct device_driver, drv) {
			if (drv->registered && drv->bus == dev->bus && !found)
				found = drv;
		}
	}
	if (found)
		__driver_probe_device(found, dev);
}

/* drivers/base/bus.c:613 */
static void bus_remove_device(struct device *dev)
{
	if (dev->bus)
		device_release_driver(dev);
}

/* drivers/base/driver.c:222, with driver_attach() for the first device */
static int driver_register(struct device_driver *drv)
{
	struct device *dev;

	if (__request_fails())
		return -EBUSY;
	plain { drv->registered = 1; }
	dev = __bus_find(drv->bus, NULL);
	if (dev) {
		__driver_probe_device(drv, dev);
		put_device(dev);
	}
	return 0;
}

/* drivers/base/driver.c:267, with driver_detach(), drivers/base/dd.c:1433 */
static void driver_unregister(struct device_driver *drv)
{
	struct device *dev;

	plain { drv->registered = 0; }
	for (;;) {
		dev = __bus_find(drv->bus, drv);
		if (!dev)
			break;
		device_release_driver_internal(dev, drv);
		put_device(dev);
	}
}
