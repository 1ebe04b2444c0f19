/*
 * Result: unmapped-text (drv)
 *
 * Does the synchronize_rcu() in delete_module() cover a callback that is still queued?
 * No. It waits for readers, and for callbacks that run; one that is queued runs later, in unmapped text.
 */
#include <lastput.h>

struct obj {
	struct rcu_head rcu;
};

MODULE(drv);

static void obj_free(struct rcu_head *rcu)
{
	kfree(container_of(rcu, struct obj, rcu));
}

static struct obj *obj;

static int drv_init(void)
{
	obj = kzalloc(sizeof(*obj), GFP_KERNEL);
	return 0;
}

static void drv_exit(void)
{
	call_rcu(&obj->rcu, obj_free);
}

module_init(drv_init);
module_exit(drv_exit);

THREAD(admin)
{
	rmmod("drv");
}
