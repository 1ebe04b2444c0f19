/*
 * URBs: the host controller that completes them.
 *
 * Models drivers/usb/core/hcd.c (6.12): see urb.c.
 *
 * Left out: as there.
 */

/* drivers/usb/core/hcd.c:1621 */
static void usb_hcd_giveback_urb(struct urb *urb, void (*complete)(struct urb *urb))
{
	struct usb_anchor *anchor = urb->anchor;

	if (anchor)
		atomic { anchor->suspend_wakeups++; }
	usb_unanchor_urb(urb);
	complete(urb);
	atomic {
		if (anchor)
			anchor->suspend_wakeups--;
		urb->use_count--;
		__leave_context();
	}
	usb_put_urb(urb);
}

/* drivers/usb/core/urb.c:846: submitting fails from now on */
static void usb_poison_anchored_urbs(struct usb_anchor *anchor)
{
	plain { anchor->poisoned = 1; }
	usb_kill_anchored_urbs(anchor);
}

#define usb_unpoison_anchored_urbs(anchor) ((anchor)->poisoned = 0)

/* drivers/usb/core/urb.c:959: may end at any time */
#define usb_wait_anchor_empty_timeout(anchor, timeout) usb_anchor_empty(anchor)

/* drivers/usb/core/urb.c:1005: lets go of them, and stops nothing */
static void usb_scuttle_anchored_urbs(struct usb_anchor *anchor)
{
	struct urb *urb;

	for (;;) {
		urb = __usb_anchored(anchor);
		if (!urb)
			break;
		usb_unanchor_urb(urb);
		usb_put_urb(urb);
	}
}

DAEMON(usb_hcd, 1, usb_submit_urb) {
	struct urb *urb;
	void (*complete)(struct urb *urb);

	for (;;) {
		atomic {
			urb = pick_idle(struct urb, submitted);
			wait_idle(urb->events || urb->unlinked);
			urb->submitted = 0;
			urb->status = urb->unlinked;
			if (!urb->unlinked)
				urb->events--;
			complete = urb->complete;
			__enter_context(1);
		}
		usb_hcd_giveback_urb(urb, complete);
	}
}
