/*
 * Result: safe
 *
 * What must an exit function do whose module uses call_rcu()?
 * rcu_barrier(), after the last call_rcu(): it waits until every queued callback has returned.
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
	rcu_barrier();
}

module_init(drv_init);
module_exit(drv_exit);

THREAD(admin)
{
	rmmod("drv");
}
