/*
 * Drivers of PCI, USB, I2C, SPI and smaller buses.
 *
 * Models drivers/pci/pci-driver.c, drivers/usb/core/driver.c, drivers/i2c/i2c-core-base.c, drivers/spi/spi.c,
 * drivers/virtio/virtio.c, drivers/hid/hid-core.c and drivers/base/auxiliary.c (6.12); see bus.h.
 *
 * Left out: all that the devices do. Of USB: several interfaces of a device, suspend, reset.
 */

struct pci_device_id { unsigned long driver_data; };
struct usb_device_id { unsigned long driver_info; };
struct hid_device_id { unsigned long driver_data; };
struct auxiliary_device_id { unsigned long driver_data; };

static struct pci_device_id __pci_id;
static struct usb_device_id __usb_id;
static struct hid_device_id __hid_id;
static struct auxiliary_device_id __auxiliary_id;

struct pci_dev {
	struct device dev;
	unsigned int irq;
	int round;			/* device_find.c */
};

struct pci_driver {
	int (*probe)(struct pci_dev *pdev, const struct pci_device_id *id);
	void (*remove)(struct pci_dev *pdev);
	struct device_driver driver;
};

struct usb_interface {
	struct device dev;
};

struct usb_driver {
	int (*probe)(struct usb_interface *intf, const struct usb_device_id *id);
	void (*disconnect)(struct usb_interface *intf);
	struct device_driver driver;
};

struct i2c_client {
	struct device dev;
	int irq;
};

struct i2c_driver {
	int (*probe)(struct i2c_client *client);
	void (*remove)(struct i2c_client *client);
	struct device_driver driver;
};

struct spi_device {
	struct device dev;
	int irq;
};

struct spi_driver {
	int (*probe)(struct spi_device *spi);
	void (*remove)(struct spi_device *spi);
	struct device_driver driver;
};

struct virtio_device {
	struct device dev;
	void *priv;
};

struct virtio_driver {
	int (*probe)(struct virtio_device *vdev);
	void (*remove)(struct virtio_device *vdev);
	struct device_driver driver;
};

struct hid_device {
	struct device dev;
};

struct hid_driver {
	int (*probe)(struct hid_device *hdev, const struct hid_device_id *id);
	void (*remove)(struct hid_device *hdev);
	struct device_driver driver;
};

struct auxiliary_device {
	struct device dev;
};

struct auxiliary_driver {
	int (*probe)(struct auxiliary_device *auxdev, const struct auxiliary_device_id *id);
	void (*remove)(struct auxiliary_device *auxdev);
	struct device_driver driver;
};

BUS(pci, pci_dev, pci_driver, remove, &__pci_id)
BUS(usb, usb_interface, usb_driver, disconnect, &__usb_id)
BUS(i2c, i2c_client, i2c_driver, remove)
BUS(spi, spi_device, spi_driver, remove)
BUS(virtio, virtio_device, virtio_driver, remove)
BUS(hid, hid_device, hid_driver, remove, &__hid_id)
BUS(auxiliary, auxiliary_device, auxiliary_driver, remove, &__auxiliary_id)

#define __unregister_driver(drv) driver_unregister(&(drv)->driver)

/* drivers/pci/pci-driver.c:1463, :1492 */
#define pci_register_driver(drv) __pci_register_driver(drv)
#define pci_unregister_driver(drv) __unregister_driver(drv)
#define module_pci_driver(driver) module_driver(driver, pci_register_driver, pci_unregister_driver)
/* drivers/usb/core/driver.c:1063, :1115 */
#define usb_register(drv) __usb_register_driver(drv)
#define usb_deregister(drv) __unregister_driver(drv)
#define module_usb_driver(driver) module_driver(driver, usb_register, usb_deregister)
/* drivers/i2c/i2c-core-base.c:2025, :2066 */
#define i2c_add_driver(drv) __i2c_register_driver(drv)
#define i2c_del_driver(drv) __unregister_driver(drv)
#define module_i2c_driver(driver) module_driver(driver, i2c_add_driver, i2c_del_driver)
/* drivers/spi/spi.c:490 */
#define spi_register_driver(drv) __spi_register_driver(drv)
#define spi_unregister_driver(drv) __unregister_driver(drv)
#define module_spi_driver(driver) module_driver(driver, spi_register_driver, spi_unregister_driver)
/* drivers/virtio/virtio.c:418 */
#define register_virtio_driver(drv) __virtio_register_driver(drv)
#define unregister_virtio_driver(drv) __unregister_driver(drv)
#define module_virtio_driver(driver) module_driver(driver, register_virtio_driver, unregister_virtio_driver)
/* drivers/hid/hid-core.c:3069 */
#define hid_register_driver(drv) __hid_register_driver(drv)
#define hid_unregister_driver(drv) __unregister_driver(drv)
#define module_hid_driver(driver) module_driver(driver, hid_register_driver, hid_unregister_driver)
/* drivers/base/auxiliary.c:378 */
#define auxiliary_driver_register(drv) __auxiliary_register_driver(drv)
#define auxiliary_driver_unregister(drv) __unregister_driver(drv)
#define module_auxiliary_driver(driver) module_driver(driver, auxiliary_driver_register, auxiliary_driver_unregister)
