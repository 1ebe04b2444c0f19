/*
 * Result: use-after-free (usb_device)
 *
 * May a driver keep a pointer to the usb_device without a reference?
 * No. The hub puts the device when it is unplugged, also while a file of the driver is open.
 */
#include <lastput.h>

struct priv {
	struct usb_device *udev;
};

static struct usb_device *plugged;
static struct priv priv;

static void udev_release(struct device *dev)
{
	kfree(container_of(dev, struct usb_device, dev));
}

BOOT(plug)
{
	plugged = kzalloc(sizeof(*plugged), GFP_KERNEL);
	device_initialize(&plugged->dev);
	plugged->dev.release = udev_release;
	priv.udev = plugged;
}

THREAD(hub)
{
	usb_put_dev(plugged);
}

THREAD(user)
{
	device_lock(&priv.udev->dev);
	device_unlock(&priv.udev->dev);
}
