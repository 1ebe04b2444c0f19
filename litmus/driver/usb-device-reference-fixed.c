/*
 * Result: safe
 *
 * What does a driver need that keeps a pointer to the usb_device?
 * usb_get_dev(), and usb_put_dev() where it forgets it.
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
	priv.udev = usb_get_dev(plugged);
}

THREAD(hub)
{
	usb_put_dev(plugged);
}

THREAD(user)
{
	device_lock(&priv.udev->dev);
	device_unlock(&priv.udev->dev);
	usb_put_dev(priv.udev);
}
