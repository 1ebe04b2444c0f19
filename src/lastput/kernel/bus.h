/*
 * Buses: what a driver of a bus is called with.
 *
 * Models drivers/base/platform.c, drivers/pci/pci-driver.c, drivers/usb/core/driver.c, drivers/i2c/i2c-core-base.c and
 * drivers/spi/spi.c (6.12), which are all alike: the driver core calls the bus, and the bus calls the driver with its
 * own type of device. Registering a driver of a bus that has no device yet brings one, as if the hardware were there.
 * What blocks: as in driver.c.
 *
 * Left out: matching, device IDs (the one that probe() is given is 0), hot-plugging, shutdown.
 */

/* A bus whose drivers have probe(device, args) and stop(device). */
#define BUS(_bus, device_tag, driver_tag, stop, ...)				\
static int _bus##_probe(struct device *dev)					\
{										\
	struct driver_tag *drv = container_of(dev->driver, struct driver_tag, driver);	\
										\
	return drv->probe ? drv->probe(container_of(dev, struct device_tag, dev) __VA_OPT__(,) __VA_ARGS__) : 0;	\
}										\
										\
static void _bus##_remove(struct device *dev)					\
{										\
	struct driver_tag *drv = container_of(dev->driver, struct driver_tag, driver);	\
										\
	if (drv->stop)								\
		drv->stop(container_of(dev, struct device_tag, dev));		\
}										\
										\
static const struct bus_type _bus##_bus_type = { .probe = _bus##_probe, .remove = _bus##_remove };	\
										\
static struct device_tag __##_bus##_hardware;					\
										\
static void __##_bus##_hardware_release(struct device *dev) { }			\
										\
/* The hardware is there from the first driver on, unless somebody has registered a device. */	\
static void __##_bus##_find_hardware(void)					\
{										\
	struct device *dev = &__##_bus##_hardware.dev;				\
	struct device *d;							\
	int found = 0;								\
										\
	plain {									\
		for_each_instance(struct device, d) {				\
			if (d->bus == &_bus##_bus_type && d->registered)	\
				found = 1;					\
		}								\
	}									\
	if (!found) {								\
		device_initialize(dev);						\
		plain {								\
			dev->bus = &_bus##_bus_type;				\
			dev->release = __##_bus##_hardware_release;		\
			dev->registered = 1;					\
		}								\
	}									\
}										\
										\
static int __##_bus##_register_driver(struct driver_tag *drv)			\
{										\
	drv->driver.bus = &_bus##_bus_type;					\
	__##_bus##_find_hardware();						\
	return driver_register(&drv->driver);					\
}
