/*
 * Result: unmapped-text (plip), use-after-free (net_local)
 *
 * Does taking plip's interface down stop the work item that tries to send again?
 * No. plip_close() clears is_deferred and waits for nothing: the item runs after the module, and after the
 * interface that it is a part of.
 *
 * Found by WRK001 in Linux 7.3: drivers/net/plip/plip.c:1340.
 */
#include <lastput.h>

MODULE(plip);

struct net_local {
	struct delayed_work deferred;
	int is_deferred;
};

static struct net_local *nl;

static void plip_kick_bh(struct work_struct *work)
{
	struct net_local *nl = container_of(work, struct net_local, deferred.work);

	if (nl->is_deferred)
		nl->is_deferred = 0;
}

static int plip_init(void)
{
	nl = kzalloc(sizeof(*nl), GFP_KERNEL);
	INIT_DELAYED_WORK(&nl->deferred, plip_kick_bh);
	return 0;
}

static void plip_close(void)
{
	nl->is_deferred = 0;
}

static void plip_cleanup_module(void)
{
	plip_close();
	kfree(nl);
}

module_init(plip_init);
module_exit(plip_cleanup_module);

MODULE(vmlinux);

BOOT(packet_without_a_peer)
{
	nl->is_deferred = 1;
	schedule_delayed_work(&nl->deferred, 1);
}

THREAD(admin)
{
	rmmod("plip");
}
