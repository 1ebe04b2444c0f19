/*
 * Result: safe
 *
 * How long may a driver use the interface that it holds with usb_get_intf()?
 * Until usb_put_intf(), whether it is still bound or not.
 */
#include <lastput.h>

static struct usb_interface *held;

static int drv_probe(struct usb_interface *intf, const struct usb_device_id *id)
{
	held = usb_get_intf(intf);
	return 0;
}

static struct usb_driver drv = { .probe = drv_probe };

THREAD(admin)
{
	usb_register(&drv);
	usb_deregister(&drv);
	WARN_ON(usb_get_intfdata(held));
	usb_put_intf(held);
}
