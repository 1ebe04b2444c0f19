/*
 * Result: safe
 *
 * Do the timer operations do what they say?
 * One task tries them all.
 */
#include <lastput.h>

struct obj {
	struct timer_list timer;
	struct hrtimer hrtimer;
	int ticks;
};

static struct obj obj;

static void static_tick(struct timer_list *t)
{
}

static DEFINE_TIMER(fixed, static_tick);

static void tick(struct timer_list *t)
{
	struct obj *o = from_timer(o, t, timer);

	o->ticks++;
}

static enum hrtimer_restart hrtick(struct hrtimer *t)
{
	return HRTIMER_NORESTART;
}

THREAD(user)
{
	timer_setup(&obj.timer, tick, 0);
	add_timer(&obj.timer);
	timer_reduce(&obj.timer, jiffies + HZ);
	del_timer(&obj.timer);
	WARN_ON(timer_pending(&obj.timer));
	timer_shutdown(&obj.timer);
	mod_timer(&obj.timer, jiffies + msecs_to_jiffies(5));
	WARN_ON(del_timer_sync(&obj.timer) || obj.ticks > 2);
	add_timer(&fixed);
	timer_delete_sync(&fixed);
	hrtimer_init(&obj.hrtimer, 0, 0);
	obj.hrtimer.function = hrtick;
	hrtimer_start_range_ns(&obj.hrtimer, ktime_get(), 1, 0);
	hrtimer_cancel(&obj.hrtimer);
}
