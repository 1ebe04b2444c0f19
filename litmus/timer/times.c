/*
 * Result: safe
 *
 * What does the model make of jiffies, clocks and delays?
 * Any time may have passed: time_after() and its kin are either.
 */
#include <lastput.h>

static struct hrtimer timer;

static enum hrtimer_restart tick(struct hrtimer *t)
{
	return HRTIMER_NORESTART;
}

static int expired(unsigned long at)
{
	mdelay(1);
	ndelay(1);
	return time_is_before_jiffies(at) || time_is_after_jiffies(at);
}

THREAD(user)
{
	long wait = secs_to_jiffies(1) + usecs_to_jiffies(1) + jiffies_to_msecs(1);

	hrtimer_setup(&timer, tick, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
	hrtimer_start(&timer, ms_to_ktime(1) + us_to_ktime(1) + ns_to_ktime(NSEC_PER_MSEC), HRTIMER_MODE_REL);
	expired(wait);
	hrtimer_cancel(&timer);
}
