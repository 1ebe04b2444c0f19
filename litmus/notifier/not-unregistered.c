/*
 * Result: unmapped-text (drv), use-after-free (nb)
 *
 * May a module go while a notifier of it is registered?
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
}
module_exit(exit);
MODULE(vmlinux);

THREAD(admin)
{
	rmmod("drv");
}
