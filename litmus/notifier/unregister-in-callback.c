/*
 * Result: deadlock
 *
 * May a callback of a blocking chain unregister itself?
 * No. Unregistering waits for the callbacks that run.
 */
#include <lastput.h>

static int event(struct notifier_block *nb, unsigned long action, void *data)
{
	unregister_pm_notifier(nb);
	return NOTIFY_DONE;
}

static struct notifier_block nb = { .notifier_call = event };

THREAD(user)
{
	register_pm_notifier(&nb);
}
