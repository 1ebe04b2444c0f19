/*
 * Result: safe
 *
 * What do the one-line macros for modules with one driver do?
 * They register it in the module's init function and unregister it in its exit function.
 */
#include <lastput.h>

static int bound;

static int probe(void *dev)
{
	bound++;
	return 0;
}

static int probe_id(void *dev, const void *id)
{
	bound++;
	return 0;
}

static void gone(void *dev)
{
	bound--;
}

MODULE(pci_drv);
static struct pci_driver one = { .probe = probe_id, .remove = gone };
module_pci_driver(one);

MODULE(usb_drv);
static struct usb_driver two = { .probe = probe_id, .disconnect = gone };
module_usb_driver(two);

MODULE(i2c_drv);
static struct i2c_driver three = { .probe = probe, .remove = gone };
module_i2c_driver(three);

MODULE(spi_drv);
static struct spi_driver four = { .probe = probe, .remove = gone };
module_spi_driver(four);

MODULE(virtio_drv);
static struct virtio_driver five = { .probe = probe, .remove = gone };
module_virtio_driver(five);

MODULE(hid_drv);
static struct hid_driver six = { .probe = probe_id, .remove = gone };
module_hid_driver(six);

MODULE(auxiliary_drv);
static struct auxiliary_driver seven = { .probe = probe_id, .remove = gone };
module_auxiliary_driver(seven);
MODULE(vmlinux);

static const char *names[] = {
	"pci_drv", "usb_drv", "i2c_drv", "spi_drv", "virtio_drv", "hid_drv", "auxiliary_drv",
};

THREAD(admin)
{
	WARN_ON(bound != 7);
	for (int i = 0; i < 7; i++)
		rmmod(names[i]);
	WARN_ON(bound);
}
