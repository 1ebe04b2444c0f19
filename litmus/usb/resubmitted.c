/*
 * Result: use-after-free (dev), leak (urb)
 *
 * Is usb_unlink_urb() enough before the memory goes that a completion function uses?
 * No. It does not wait, and the function may submit the URB again.
 */
#include <lastput.h>

struct dev {
	struct urb *urb;
	int packets;
};

static void dev_complete(struct urb *urb)
{
	struct dev *dev = urb->context;

	dev->packets++;
	if (!urb->status)
		usb_submit_urb(urb, GFP_ATOMIC);
}

THREAD(user)
{
	struct dev *dev = kzalloc(sizeof(*dev), GFP_KERNEL);

	dev->urb = usb_alloc_urb(0, GFP_KERNEL);
	usb_fill_int_urb(dev->urb, NULL, 0, NULL, 0, dev_complete, dev, 1);
	usb_submit_urb(dev->urb, GFP_KERNEL);
	usb_unlink_urb(dev->urb);
	usb_free_urb(dev->urb);
	kfree(dev);
}
