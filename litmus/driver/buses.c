/*
 * Result: safe
 *
 * Which buses call probe() and remove() of their drivers under device_lock()?
 */
#include <lastput.h>

static int bound;

#define DRIVER(bus, device, driver, stop, register, unregister, set, get, ...)			\
static int bus##_drv_probe(struct device *dev __VA_OPT__(,) __VA_ARGS__)			\
{												\
	WARN_ON(device_trylock(&dev->dev));							\
	set(dev, &bound);									\
	bound++;										\
	return 0;										\
}												\
static void bus##_drv_remove(struct device *dev)						\
{												\
	WARN_ON(device_trylock(&dev->dev));							\
	WARN_ON(get(dev) != &bound);								\
	bound--;										\
}												\
static struct driver bus##_drv = { .probe = bus##_drv_probe, .stop = bus##_drv_remove };	\
static void bus##_test(void)									\
{												\
	register(&bus##_drv);									\
	WARN_ON(bound != 1);									\
	unregister(&bus##_drv);									\
	WARN_ON(bound);										\
}

DRIVER(platform, platform_device, platform_driver, remove, platform_driver_register, platform_driver_unregister,
       platform_set_drvdata, platform_get_drvdata)
DRIVER(pci, pci_dev, pci_driver, remove, pci_register_driver, pci_unregister_driver,
       pci_set_drvdata, pci_get_drvdata, const struct pci_device_id *id)
DRIVER(usb, usb_interface, usb_driver, disconnect, usb_register, usb_deregister,
       usb_set_intfdata, usb_get_intfdata, const struct usb_device_id *id)
DRIVER(i2c, i2c_client, i2c_driver, remove, i2c_add_driver, i2c_del_driver,
       i2c_set_clientdata, i2c_get_clientdata)
DRIVER(spi, spi_device, spi_driver, remove, spi_register_driver, spi_unregister_driver,
       spi_set_drvdata, spi_get_drvdata)
DRIVER(hid, hid_device, hid_driver, remove, hid_register_driver, hid_unregister_driver,
       hid_set_drvdata, hid_get_drvdata, const struct hid_device_id *id)
DRIVER(auxiliary, auxiliary_device, auxiliary_driver, remove, auxiliary_driver_register, auxiliary_driver_unregister,
       auxiliary_set_drvdata, auxiliary_get_drvdata, const struct auxiliary_device_id *id)

#define virtio_set(dev, data) ((dev)->priv = (data))
#define virtio_get(dev) ((dev)->priv)
DRIVER(virtio, virtio_device, virtio_driver, remove, register_virtio_driver, unregister_virtio_driver,
       virtio_set, virtio_get)

THREAD(admin)
{
	platform_test();
	pci_test();
	usb_test();
	i2c_test();
	spi_test();
	hid_test();
	auxiliary_test();
	virtio_test();
}
