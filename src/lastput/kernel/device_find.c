/*
 * Devices that one looks up, and the references that come with them.
 *
 * Models drivers/base/{bus,class,driver,core,platform}.c, drivers/pci/search.c, drivers/i2c/i2c-core-of.c and
 * drivers/usb/core/usb.c (6.12). Each lookup gives a device of its own with one reference, or NULL if CONFIG_FAIL_FUNCTION
 * is defined; see token.h. The reference is that of the struct device, so that put_device() ends it as well as
 * the putter of the kind. A search that begins from a device puts that one.
 *
 * Left out: that a lookup may find a device of the test.
 */

/* Found by a lookup: the memory goes with the last reference. */
#define DEVICE_KIND(tag, dev_of)						\
static void __found_##tag##_release(struct device *dev)			\
{										\
	kfree(dev_of(dev));							\
}

#define __make_found(tag, found, its_dev) do {					\
	found = __alloc();							\
	device_initialize(its_dev);						\
	(its_dev)->release = __found_##tag##_release;				\
} while (0)

#define __device_itself(dev) (dev)
#define __device_of_pci_dev(d) container_of(d, struct pci_dev, dev)
#define __device_of_platform_device(d) container_of(d, struct platform_device, dev)
#define __device_of_i2c_client(d) container_of(d, struct i2c_client, dev)
#define __device_of_i2c_adapter(d) container_of(d, struct i2c_adapter, dev)
#define __device_of_usb_device(d) container_of(d, struct usb_device, dev)
#define __device_of_acpi_device(d) container_of(d, struct acpi_device, dev)

struct i2c_adapter {
	struct device dev;
};

struct usb_device {
	struct device dev;
};

struct acpi_device {
	struct device dev;
};

DEVICE_KIND(device, __device_itself)
DEVICE_KIND(pci_dev, __device_of_pci_dev)
DEVICE_KIND(platform_device, __device_of_platform_device)
DEVICE_KIND(i2c_client, __device_of_i2c_client)
DEVICE_KIND(i2c_adapter, __device_of_i2c_adapter)
DEVICE_KIND(acpi_device, __device_of_acpi_device)

/* A lookup: of a plain device, or of one of a kind. */
#define DEVICE_FIND(name)							\
static struct device *name(...)							\
{										\
	struct device *found;							\
										\
	if (__request_fails())							\
		return NULL;							\
	__make_found(device, found, found);					\
	return found;								\
}

#define DEVICE_FIND_KIND(tag, name)						\
static struct tag *name(...)							\
{										\
	struct tag *found;							\
										\
	if (__request_fails())							\
		return NULL;							\
	__make_found(tag, found, &found->dev);					\
	return found;								\
}

/* drivers/base/bus.c:392 */
DEVICE_FIND(bus_find_device)
DEVICE_FIND(bus_find_device_by_name)
DEVICE_FIND(bus_find_device_by_of_node)
DEVICE_FIND(bus_find_device_by_fwnode)
DEVICE_FIND(bus_find_device_by_acpi_dev)
DEVICE_FIND(bus_find_next_device)
/* drivers/base/class.c:453 */
DEVICE_FIND(class_find_device)
DEVICE_FIND(class_find_device_by_name)
DEVICE_FIND(class_find_device_by_of_node)
DEVICE_FIND(class_find_device_by_fwnode)
DEVICE_FIND(class_find_device_by_devt)
/* drivers/base/driver.c:151 */
DEVICE_FIND(driver_find_device)
DEVICE_FIND(driver_find_device_by_name)
/* drivers/base/core.c:4191 */
DEVICE_FIND(device_find_child)
DEVICE_FIND(device_find_child_by_name)
DEVICE_FIND(device_find_any_child)
DEVICE_FIND(get_dev_from_fwnode)

/* drivers/of/platform.c:46 */
DEVICE_FIND_KIND(platform_device, of_find_device_by_node)
#define of_dev_put(pdev) platform_device_put(pdev)

/* drivers/i2c/i2c-core-of.c and drivers/i2c/i2c-core-base.c:2622 */
DEVICE_FIND_KIND(i2c_client, of_find_i2c_device_by_node)
DEVICE_FIND_KIND(i2c_adapter, of_find_i2c_adapter_by_node)
DEVICE_FIND_KIND(i2c_adapter, of_get_i2c_adapter_by_node)
DEVICE_FIND_KIND(i2c_adapter, i2c_get_adapter)

/* drivers/i2c/i2c-core-base.c:2642 */
static void i2c_put_adapter(struct i2c_adapter *adapter)
{
	if (adapter)
		put_device(&adapter->dev);
}

/* drivers/acpi/utils.c:1019 */
DEVICE_FIND_KIND(acpi_device, acpi_dev_get_first_match_dev)
DEVICE_FIND_KIND(acpi_device, acpi_dev_get_first_consumer_dev)
DEVICE_FIND_KIND(acpi_device, acpi_get_acpi_dev)

/* include/acpi/acpi_bus.h:984 */
static void acpi_dev_put(struct acpi_device *adev)
{
	if (adev)
		put_device(&adev->dev);
}

#define acpi_put_acpi_dev(adev) acpi_dev_put(adev)

/* drivers/pci/pci-driver.c:1564, :1579 */
static struct pci_dev *pci_dev_get(struct pci_dev *pdev)
{
	if (pdev)
		get_device(&pdev->dev);
	return pdev;
}

static void pci_dev_put(struct pci_dev *pdev)
{
	if (pdev)
		put_device(&pdev->dev);
}

/* pci_get_dev_by_id(), drivers/pci/search.c:270: puts the device that it begins from */
static struct pci_dev *__pci_get_next(struct pci_dev *from)
{
	int round = from ? from->round + 1 : 0;
	struct pci_dev *found;

	pci_dev_put(from);
	if (round >= NR_ROUNDS || __request_fails())
		return NULL;
	__make_found(pci_dev, found, &found->dev);
	found->round = round;
	return found;
}

#define pci_get_device(vendor, device, from) __pci_get_next(from)
#define pci_get_subsys(vendor, device, ss_vendor, ss_device, from) __pci_get_next(from)
#define pci_get_class(class, from) __pci_get_next(from)
#define pci_get_base_class(class, from) __pci_get_next(from)
#define for_each_pci_dev(d) while ((d = pci_get_device(PCI_ANY_ID, PCI_ANY_ID, d)) != NULL)
#define PCI_ANY_ID (~0)

/* drivers/pci/search.c:194 */
DEVICE_FIND_KIND(pci_dev, pci_get_slot)
DEVICE_FIND_KIND(pci_dev, pci_get_domain_bus_and_slot)

/* drivers/usb/core/usb.c:768, :783, :806, :822 */
#define usb_get_dev(udev) __device_of_usb_device(get_device(&(udev)->dev))
#define usb_put_dev(udev) ((udev) ? put_device(&(udev)->dev) : (void)0)
#define usb_get_intf(intf) container_of(get_device(&(intf)->dev), struct usb_interface, dev)
#define usb_put_intf(intf) ((intf) ? put_device(&(intf)->dev) : (void)0)
