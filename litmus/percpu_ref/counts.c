/*
 * Result: safe
 *
 * Who may still take a reference of a percpu_ref that was killed?
 * percpu_ref_tryget() while somebody holds one, percpu_ref_tryget_live() nobody.
 */
#include <lastput.h>

static struct percpu_ref ref;
static int released, confirmed;

static void release(struct percpu_ref *ref)
{
	released++;
}

static void confirm(struct percpu_ref *ref)
{
	confirmed = 1;
	WARN_ON(released);
}

THREAD(user)
{
	percpu_ref_init(&ref, release, PERCPU_REF_ALLOW_REINIT, GFP_KERNEL);
	WARN_ON(!percpu_ref_tryget_live(&ref));
	percpu_ref_get_many(&ref, 2);
	percpu_ref_put_many(&ref, 2);
	percpu_ref_kill_and_confirm(&ref, confirm);
	WARN_ON(!percpu_ref_is_dying(&ref));
	WARN_ON(percpu_ref_tryget_live(&ref) || percpu_ref_tryget_live_rcu(&ref));
	WARN_ON(!percpu_ref_tryget(&ref));
	percpu_ref_put(&ref);
	percpu_ref_put(&ref);
	rcu_barrier();
	WARN_ON(!confirmed || released != 1 || !percpu_ref_is_zero(&ref));
	percpu_ref_reinit(&ref);
	percpu_ref_kill(&ref);
	percpu_ref_resurrect(&ref);
	percpu_ref_put(&ref);
	rcu_barrier();
	WARN_ON(released < 2);		/* zero before percpu_ref_resurrect(), or not */
	percpu_ref_exit(&ref);
}
