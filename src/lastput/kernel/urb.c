/*
 * URBs: requests to USB devices.
 *
 * Models drivers/usb/core/{urb,hcd}.c (6.12). A submitted URB completes any time later, in softirq context, NR_EVENTS
 * times with data over its life; after that the device is silent, and only unlinking completes it. What blocks:
 * usb_kill_urb() and usb_poison_urb() until the completion function has returned, while submitting fails; from that
 * function itself for ever. usb_unlink_urb() waits for nothing. A submitted URB holds a reference of itself.
 *
 * Left out: several host controllers; endpoints (disconnect() is called with URBs of the device still submitted,
 * although the core has killed those of the interface, unless the driver has soft_unbind); what is transferred.
 */

struct usb_anchor {
	int poisoned;
	int suspend_wakeups;		/* completion functions of its URBs that run */
};

struct urb {
	int submitted;			/* the host controller has it */
	int events;
	int unlinked;
	int use_count;
	int reject;
	struct kref kref;
	struct usb_anchor *anchor;
	void (*complete)(struct urb *urb);
	void *context;
	struct usb_device *dev;
	int status;
	int actual_length;
};

#define init_usb_anchor(anchor) ((anchor)->poisoned = 0, (anchor)->suspend_wakeups = 0)
#define usb_fill_bulk_urb(urb, udev, pipe, buffer, length, complete_fn, data) \
	((urb)->dev = (udev), (urb)->complete = (complete_fn), (urb)->context = (data))
#define usb_fill_int_urb(urb, udev, pipe, buffer, length, complete_fn, data, interval) \
	usb_fill_bulk_urb(urb, udev, pipe, buffer, length, complete_fn, data)
#define usb_fill_control_urb(urb, udev, pipe, setup, buffer, length, complete_fn, data) \
	usb_fill_bulk_urb(urb, udev, pipe, buffer, length, complete_fn, data)

/* drivers/usb/core/urb.c:44 */
static void usb_init_urb(struct urb *urb)
{
	plain {
		kref_init(&urb->kref);
		urb->events = NR_EVENTS;
	}
}

/* drivers/usb/core/urb.c:71 */
static struct urb *usb_alloc_urb(int iso_packets, int gfp)
{
	struct urb *urb = kzalloc(sizeof(*urb), gfp);

	if (urb)
		usb_init_urb(urb);
	return urb;
}

static void urb_destroy(struct kref *kref)
{
	kfree(container_of(kref, struct urb, kref));
}

/* drivers/usb/core/urb.c:94, :111 */
static void usb_free_urb(struct urb *urb)
{
	if (urb)
		kref_put(&urb->kref, urb_destroy);
}

static struct urb *usb_get_urb(struct urb *urb)
{
	if (urb)
		kref_get(&urb->kref);
	return urb;
}

#define usb_put_urb(urb) usb_free_urb(urb)

/* drivers/usb/core/urb.c:368 */
static int usb_submit_urb(struct urb *urb, int gfp)
{
	int ret = 0;

	if (__alloc_fails(gfp))
		return -ENOMEM;
	usb_get_urb(urb);
	atomic {
		if (urb->submitted) {
			warn(WARN, urb, "URB submitted while active");
			ret = -EBUSY;
		} else if (urb->reject || (urb->anchor && urb->anchor->poisoned)) {
			ret = -EPERM;
		} else {
			urb->submitted = 1;
			urb->unlinked = 0;
			urb->use_count++;
		}
	}
	if (ret)
		usb_put_urb(urb);
	return ret;
}

/* drivers/usb/core/urb.c:660 */
static int usb_unlink_urb(struct urb *urb)
{
	int ret = -EINPROGRESS;

	atomic {
		if (urb->submitted)
			urb->unlinked = -ECONNRESET;
		else
			ret = -EIDRM;
	}
	return ret;
}

/* drivers/usb/core/urb.c:746 */
static void usb_poison_urb(struct urb *urb)
{
	might_sleep();
	if (!urb)
		return;
	atomic {
		urb->reject++;
		if (urb->submitted)
			urb->unlinked = -ENOENT;
	}
	SLEEP_UNTIL(atomic, !urb->use_count);
}

/* drivers/usb/core/urb.c:767 */
static void usb_unpoison_urb(struct urb *urb)
{
	if (urb)
		atomic { urb->reject--; }
}

/* drivers/usb/core/urb.c:788 */
#define usb_block_urb(urb) do { atomic { (urb)->reject++; } } while (0)
#define usb_unblock_urb(urb) usb_unpoison_urb(urb)

/* drivers/usb/core/urb.c:699 */
static void usb_kill_urb(struct urb *urb)
{
	usb_poison_urb(urb);
	usb_unpoison_urb(urb);
}

/* drivers/usb/core/urb.c:127 */
static void usb_anchor_urb(struct urb *urb, struct usb_anchor *anchor)
{
	usb_get_urb(urb);
	plain { urb->anchor = anchor; }
}

/* drivers/usb/core/urb.c:165 */
static void usb_unanchor_urb(struct urb *urb)
{
	int anchored;

	plain {
		anchored = urb->anchor != NULL;
		urb->anchor = NULL;
	}
	if (anchored)
		usb_put_urb(urb);
}

/* An URB that is anchored there, with a reference; NULL if there is none. */
static struct urb *__usb_anchored(struct usb_anchor *anchor)
{
	struct urb *urb;
	struct urb *found = NULL;

	atomic {
		for_each_instance(struct urb, urb) {
			if (urb->anchor == anchor)
				found = urb;
		}
		usb_get_urb(found);
	}
	return found;
}

#define usb_anchor_empty(anchor) (!__usb_has_anchored(anchor))

static int __usb_has_anchored(struct usb_anchor *anchor)
{
	struct urb *urb;
	int any = 0;

	plain {
		for_each_instance(struct urb, urb) {
			if (urb->anchor == anchor)
				any = 1;
		}
	}
	return any;
}

/* drivers/usb/core/urb.c:808; waits also for completion functions whose URB is no longer anchored */
static void usb_kill_anchored_urbs(struct usb_anchor *anchor)
{
	struct urb *urb;

	for (;;) {
		urb = __usb_anchored(anchor);
		if (!urb) {
			wait_until(!anchor->suspend_wakeups);
			if (usb_anchor_empty(anchor))
				break;
			continue;
		}
		usb_kill_urb(urb);
		usb_unanchor_urb(urb);
		usb_put_urb(urb);
	}
}
