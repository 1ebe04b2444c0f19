/*
 * Result: safe
 *
 * Which lookups of devices give a reference?
 * All of them. put_device() or the putter of the kind gives it back.
 */
#include <lastput.h>

POOL(struct device, 32);
POOL(struct pci_dev, 16);
POOL(struct platform_device, 4);
POOL(struct i2c_adapter, 4);
POOL(struct acpi_device, 4);

#define TRY(call) put_device(call)
#define TRY_KIND(tag, put, call) do {	\
	struct tag *got = (call);	\
	put(got);			\
} while (0)

static void pci(void)
{
	struct pci_dev *pdev = NULL;
	int found = 0;

	for_each_pci_dev(pdev)
		found++;
	WARN_ON(found != NR_ROUNDS);
	TRY_KIND(pci_dev, pci_dev_put, pci_get_subsys(1, 2, 3, 4, NULL));
	TRY_KIND(pci_dev, pci_dev_put, pci_get_class(1, pci_get_base_class(1, NULL)));
	TRY_KIND(pci_dev, pci_dev_put, pci_get_slot(NULL, 0));
	pdev = pci_get_domain_bus_and_slot(0, 0, 0);
	pci_dev_put(pci_dev_get(pdev));
	put_device(&pdev->dev);
}

static void kinds(void)
{
	struct i2c_client *client = of_find_i2c_device_by_node(NULL);

	put_device(&client->dev);
	TRY_KIND(platform_device, of_dev_put, of_find_device_by_node(NULL));
	TRY_KIND(i2c_adapter, i2c_put_adapter, of_find_i2c_adapter_by_node(NULL));
	TRY_KIND(i2c_adapter, i2c_put_adapter, of_get_i2c_adapter_by_node(NULL));
	TRY_KIND(i2c_adapter, i2c_put_adapter, i2c_get_adapter(0));
	TRY_KIND(acpi_device, acpi_dev_put, acpi_dev_get_first_match_dev("X", NULL, -1));
	TRY_KIND(acpi_device, acpi_dev_put, acpi_dev_get_first_consumer_dev(NULL));
	TRY_KIND(acpi_device, acpi_put_acpi_dev, acpi_get_acpi_dev(NULL));
}

THREAD(user)
{
	TRY(bus_find_device(NULL, NULL, NULL, NULL));
	TRY(bus_find_device_by_name(NULL, NULL, "dev"));
	TRY(bus_find_device_by_of_node(NULL, NULL));
	TRY(bus_find_device_by_fwnode(NULL, NULL));
	TRY(bus_find_device_by_acpi_dev(NULL, NULL));
	TRY(bus_find_next_device(NULL, NULL));
	TRY(class_find_device(NULL, NULL, NULL, NULL));
	TRY(class_find_device_by_name(NULL, "dev"));
	TRY(class_find_device_by_of_node(NULL, NULL));
	TRY(class_find_device_by_fwnode(NULL, NULL));
	TRY(class_find_device_by_devt(NULL, 1));
	TRY(driver_find_device(NULL, NULL, NULL, NULL));
	TRY(driver_find_device_by_name(NULL, "dev"));
	TRY(device_find_child(NULL, NULL, NULL));
	TRY(device_find_child_by_name(NULL, "dev"));
	TRY(device_find_any_child(NULL));
	TRY(get_dev_from_fwnode(NULL));
	pci();
	kinds();
}
