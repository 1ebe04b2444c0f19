/*
 * Result: safe
 *
 * How does a completion function stop its own URB?
 * By not submitting it again; usb_block_urb() keeps others from it.
 */
#include <lastput.h>

static void own_complete(struct urb *urb)
{
	usb_block_urb(urb);
}

THREAD(user)
{
	struct urb *urb = usb_alloc_urb(0, GFP_KERNEL);

	usb_fill_bulk_urb(urb, NULL, 0, NULL, 0, own_complete, NULL);
	usb_submit_urb(urb, GFP_KERNEL);
	usb_free_urb(urb);
}
