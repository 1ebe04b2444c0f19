/*
 * Result: deadlock, sleep-in-atomic
 *
 * May a completion function kill its own URB?
 */
#include <lastput.h>

static void own_complete(struct urb *urb)
{
	usb_kill_urb(urb);
}

THREAD(user)
{
	struct urb *urb = usb_alloc_urb(0, GFP_KERNEL);

	usb_fill_bulk_urb(urb, NULL, 0, NULL, 0, own_complete, NULL);
	usb_submit_urb(urb, GFP_KERNEL);
	usb_free_urb(urb);
}
