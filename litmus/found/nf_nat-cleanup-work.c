/*
 * Result: unmapped-text (nf_nat)
 *
 * May the work item that forgets the masqueraded connections of a device put nf_nat at its end?
 * No. nf_nat's exit waits for no work item, and the put is followed by the way back through nf_nat.
 *
 * Found by MOD001 in Linux 7.3: net/netfilter/nf_nat_masquerade.c:92. Debian's compiler calls module_put() there; a
 * jump to it would close the window.
 */
#include <lastput.h>

MODULE(nf_nat);

struct masq_dev_work {
	struct work_struct work;
};

static void iterate_cleanup_work(struct work_struct *work)
{
	struct masq_dev_work *w = container_of(work, struct masq_dev_work, work);

	kfree(w);
	module_put(THIS_MODULE);
}

static void masq_device_event(void)
{
	struct masq_dev_work *w;

	if (!try_module_get(THIS_MODULE))
		return;
	w = kzalloc(sizeof(*w), GFP_KERNEL);
	INIT_WORK(&w->work, iterate_cleanup_work);
	schedule_work(&w->work);
}

static int nf_nat_init(void)
{
	return 0;
}

static void nf_nat_cleanup(void)
{
}

module_init(nf_nat_init);
module_exit(nf_nat_cleanup);

MODULE(xt_MASQUERADE, nf_nat);

static int masquerade_tg_init(void)
{
	return 0;
}

static void masquerade_tg_exit(void)
{
}

module_init(masquerade_tg_init);
module_exit(masquerade_tg_exit);

MODULE(vmlinux);

BOOT(link_down)
{
	masq_device_event();
}

THREAD(admin)
{
	rmmod("xt_MASQUERADE");
	rmmod("nf_nat");
}
