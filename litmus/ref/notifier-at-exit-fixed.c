/*
 * Result: safe
 *
 * Does unregistering a notifier wait until its callback has returned?
 * On a blocking chain by the rwsem that the callers hold, on an atomic chain by a grace period. Class LK and R: a
 * notifier needs no module reference.
 */
#include <lastput.h>

static BLOCKING_NOTIFIER_HEAD(chain);
static ATOMIC_NOTIFIER_HEAD(atomic_chain);

MODULE(drv);

static int drv_event(struct notifier_block *nb, unsigned long action, void *data)
{
	return NOTIFY_OK;
}

static struct notifier_block nb = { .notifier_call = drv_event };
static struct notifier_block atomic_nb = { .notifier_call = drv_event };

static int drv_init(void)
{
	blocking_notifier_chain_register(&chain, &nb);
	atomic_notifier_chain_register(&atomic_chain, &atomic_nb);
	return 0;
}

static void drv_exit(void)
{
	atomic_notifier_chain_unregister(&atomic_chain, &atomic_nb);
	blocking_notifier_chain_unregister(&chain, &nb);
}

module_init(drv_init);
module_exit(drv_exit);

THREAD(user)
{
	blocking_notifier_call_chain(&chain, 1, NULL);
	atomic_notifier_call_chain(&atomic_chain, 1, NULL);
}

THREAD(admin)
{
	rmmod("drv");
}
