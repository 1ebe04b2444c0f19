/*
 * Result: safe
 *
 * Do anchors and references of URBs do what they say?
 */
#include <lastput.h>

static struct usb_anchor anchor;
static int completed;

static void count(struct urb *urb)
{
	completed++;
}

THREAD(user)
{
	struct urb *urb = usb_alloc_urb(0, GFP_KERNEL);

	init_usb_anchor(&anchor);
	usb_fill_control_urb(urb, NULL, 0, NULL, NULL, 0, count, NULL);
	usb_anchor_urb(urb, &anchor);
	usb_submit_urb(urb, GFP_KERNEL);
	usb_kill_anchored_urbs(&anchor);
	WARN_ON(completed != 1 || !usb_anchor_empty(&anchor));
	usb_anchor_urb(urb, &anchor);
	usb_scuttle_anchored_urbs(&anchor);
	usb_poison_anchored_urbs(&anchor);
	usb_anchor_urb(urb, &anchor);
	WARN_ON(usb_submit_urb(urb, GFP_KERNEL) != -EPERM);
	usb_unanchor_urb(urb);
	usb_unpoison_anchored_urbs(&anchor);
	WARN_ON(!usb_wait_anchor_empty_timeout(&anchor, 1));
	usb_block_urb(urb);
	usb_unblock_urb(urb);
	usb_put_urb(usb_get_urb(urb));
	usb_free_urb(urb);
}
