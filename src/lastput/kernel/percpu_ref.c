/*
 * Reference counts that are per-CPU until they are killed.
 *
 * Models lib/percpu-refcount.c and include/linux/percpu-refcount.h (6.12). percpu_ref_kill() makes
 * percpu_ref_tryget_live() fail at once, and drops the first reference after a grace period of RCU; the last put after
 * that calls release(), in the context of who puts (or as an RCU callback). Nothing blocks.
 *
 * Left out: that the counts of the CPUs are added up; switching modes by hand; a count of more than a few.
 */

typedef void (percpu_ref_func_t)(struct percpu_ref *ref);

struct percpu_ref {
	int count;
	int dead;
	void (*release)(struct percpu_ref *ref);
	void (*confirm)(struct percpu_ref *ref);
	struct rcu_head rcu;
};

#define PERCPU_REF_INIT_ATOMIC 1
#define PERCPU_REF_INIT_DEAD 2
#define PERCPU_REF_ALLOW_REINIT 4

/* lib/percpu-refcount.c:63 */
static int percpu_ref_init(struct percpu_ref *ref, void (*release)(struct percpu_ref *ref), unsigned int flags, int gfp)
{
	if (__alloc_fails(gfp))
		return -ENOMEM;
	plain {
		ref->count = !(flags & PERCPU_REF_INIT_DEAD);
		ref->dead = !ref->count;
		ref->release = release;
	}
	return 0;
}

/* lib/percpu-refcount.c:130 */
static void percpu_ref_exit(struct percpu_ref *ref)
{
	plain {
		if (ref->count)
			warn(WARN, ref, "percpu_ref_exit() of a count that somebody holds");
	}
}

/* include/linux/percpu-refcount.h:198 */
static void percpu_ref_get_many(struct percpu_ref *ref, unsigned long n)
{
	atomic {
		if (!ref->count)
			warn(REFCOUNT_FROM_ZERO, ref, "percpu_ref_get() of a count that is zero");
		ref->count += n;
	}
}

/* include/linux/percpu-refcount.h:326 */
static void percpu_ref_put_many(struct percpu_ref *ref, unsigned long n)
{
	void (*release)(struct percpu_ref *ref) = NULL;

	atomic {
		if (ref->count < (int)n)
			warn(REFCOUNT_UNDERFLOW, ref, "percpu_ref_put() of a count that is zero");
		else
			ref->count -= n;
		if (!ref->count)
			release = ref->release;
	}
	if (release)
		release(ref);
}

/* include/linux/percpu-refcount.h:264, :306 */
static bool __percpu_ref_tryget(struct percpu_ref *ref, int live)
{
	bool ret;

	atomic {
		ret = ref->count > 0 && !(live && ref->dead);
		if (ret)
			ref->count++;
	}
	return ret;
}

#define percpu_ref_get(ref) percpu_ref_get_many(ref, 1)
#define percpu_ref_put(ref) percpu_ref_put_many(ref, 1)
#define percpu_ref_tryget(ref) __percpu_ref_tryget(ref, 0)
#define percpu_ref_tryget_live(ref) __percpu_ref_tryget(ref, 1)
#define percpu_ref_tryget_live_rcu(ref) __percpu_ref_tryget(ref, 1)
#define percpu_ref_is_dying(ref) ((ref)->dead != 0)
#define percpu_ref_is_zero(ref) ((ref)->count == 0)

/* lib/percpu-refcount.c:167 */
static void percpu_ref_switch_to_atomic_rcu(struct rcu_head *rcu)
{
	struct percpu_ref *ref = container_of(rcu, struct percpu_ref, rcu);
	void (*confirm)(struct percpu_ref *ref) = ref->confirm;

	if (confirm)
		confirm(ref);
	percpu_ref_put(ref);
}

/* lib/percpu-refcount.c:383 */
static void percpu_ref_kill_and_confirm(struct percpu_ref *ref, void (*confirm)(struct percpu_ref *ref))
{
	plain {
		if (ref->dead)
			warn(WARN, ref, "percpu_ref_kill() called more than once");
		ref->dead = 1;
		ref->confirm = confirm;
	}
	call_rcu_hurry(&ref->rcu, percpu_ref_switch_to_atomic_rcu);
}

#define percpu_ref_kill(ref) percpu_ref_kill_and_confirm(ref, NULL)

/* lib/percpu-refcount.c:463: of a dying count, before or after it is zero */
static void percpu_ref_resurrect(struct percpu_ref *ref)
{
	atomic {
		if (!ref->dead)
			warn(WARN, ref, "percpu_ref_resurrect() of a count that was not killed");
		ref->dead = 0;
		ref->count++;
	}
}

/* lib/percpu-refcount.c:441 */
static void percpu_ref_reinit(struct percpu_ref *ref)
{
	plain {
		if (ref->count)
			warn(WARN, ref, "percpu_ref_reinit() of a count that is not zero");
	}
	percpu_ref_resurrect(ref);
}
