/*
 * Result: unmapped-text (drv), use-after-free (drv)
 *
 * May a module go with one of its notifiers registered?
 * No. The chain still leads into it.
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
