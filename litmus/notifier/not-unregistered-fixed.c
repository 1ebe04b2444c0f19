/*
 * Result: safe
 *
 * Does unregistering a notifier wait for the callback that runs?
 */
#include <lastput.h>

static int seen;

MODULE(drv);

static int event(struct notifier_block *nb, unsigned long action, void *data)
{
	seen = action;
	return NOTIFY_DONE;
}

static struct notifier_block nb = { .notifier_call = event };

static int init(void)
{
	return register_reboot_notifier(&nb);
}
module_init(init);

static void exit(void)
{
	unregister_reboot_notifier(&nb);
}
module_exit(exit);
MODULE(vmlinux);

THREAD(admin)
{
	rmmod("drv");
}
