/*
 * refcount_t and struct kref, with the kernel's warnings and saturation.
 *
 * Models include/linux/refcount.h:132-444, lib/refcount.c and include/linux/kref.h (6.12). Each operation
 * is one synchronising step, the warning included. A count that went wrong saturates and stays there, so
 * the object is never freed: it leaks, as in the kernel.
 *
 * Left out: overflow from above; the real saturated value, INT_MIN / 2, which would widen the state for
 * nothing. kref_put() is a macro, so that each use calls its own release function.
 */

#define REFCOUNT_SATURATED (-64)

typedef struct refcount_struct {
	atomic_t refs;
} refcount_t;

struct kref {
	refcount_t refcount;
};

#define REFCOUNT_INIT(n) { .refs = ATOMIC_INIT(n) }
#define KREF_INIT(n) { .refcount = REFCOUNT_INIT(n) }
#define refcount_read(r) ((r)->refs.counter)
#define refcount_set(r, n) ((r)->refs.counter = (n))

/* include/linux/refcount.h:262 */
static inline void refcount_add(int i, refcount_t *r)
{
	atomic {
		int old = r->refs.counter;

		if (old > 0) {
			r->refs.counter = old + i;
		} else {
			r->refs.counter = REFCOUNT_SATURATED;
			if (!old)
				warn(REFCOUNT_FROM_ZERO, r, "refcount_t: addition on 0; use-after-free.");
			else
				warn(REFCOUNT_FROM_ZERO, r, "refcount_t: saturated; leaking memory.");
		}
	}
}

/* include/linux/refcount.h:362 */
static inline void refcount_inc(refcount_t *r)
{
	refcount_add(1, r);
}

/* include/linux/refcount.h:174 */
static inline bool refcount_add_not_zero(int i, refcount_t *r)
{
	int old;

	atomic {
		old = r->refs.counter;
		if (old > 0) {
			r->refs.counter = old + i;
		} else if (old < 0) {
			r->refs.counter = REFCOUNT_SATURATED;
			warn(REFCOUNT_FROM_ZERO, r, "refcount_t: saturated; leaking memory.");
		}
	}
	return old != 0;
}

/* include/linux/refcount.h:314 */
static inline bool refcount_inc_not_zero(refcount_t *r)
{
	return refcount_add_not_zero(1, r);
}

/* include/linux/refcount.h:368 */
static inline bool refcount_sub_and_test(int i, refcount_t *r)
{
	int old;

	atomic {
		old = r->refs.counter;
		if (old >= i) {
			r->refs.counter = old - i;
		} else {
			r->refs.counter = REFCOUNT_SATURATED;
			warn(REFCOUNT_UNDERFLOW, r, "refcount_t: underflow; use-after-free.");
		}
	}
	return old == i;
}

/* include/linux/refcount.h:429 */
static inline bool refcount_dec_and_test(refcount_t *r)
{
	return refcount_sub_and_test(1, r);
}

/* include/linux/refcount.h:434: for a reference that is known not to be the last */
static inline void refcount_dec(refcount_t *r)
{
	atomic {
		int old = r->refs.counter;

		if (old > 1) {
			r->refs.counter = old - 1;
		} else {
			r->refs.counter = REFCOUNT_SATURATED;
			warn(REFCOUNT_UNDERFLOW, r, "refcount_t: decrement hit 0; leaking memory.");
		}
	}
}

/* lib/refcount.c: decrements unless that would make it 0 */
static inline bool refcount_dec_not_one(refcount_t *r)
{
	bool done = true;

	atomic {
		int old = r->refs.counter;

		if (old == 1) {
			done = false;
		} else if (old > 1) {
			r->refs.counter = old - 1;
		} else if (!old) {
			r->refs.counter = REFCOUNT_SATURATED;
			warn(REFCOUNT_UNDERFLOW, r, "refcount_t: underflow; use-after-free.");
		}
	}
	return done;
}

/* lib/refcount.c: true with the lock held if this was the last reference */
static inline bool refcount_dec_and_mutex_lock(refcount_t *r, struct mutex *lock)
{
	if (refcount_dec_not_one(r))
		return false;
	mutex_lock(lock);
	if (!refcount_dec_and_test(r)) {
		mutex_unlock(lock);
		return false;
	}
	return true;
}

/* lib/refcount.c */
static inline bool refcount_dec_and_lock(refcount_t *r, spinlock_t *lock)
{
	if (refcount_dec_not_one(r))
		return false;
	spin_lock(lock);
	if (!refcount_dec_and_test(r)) {
		spin_unlock(lock);
		return false;
	}
	return true;
}

/* include/linux/kref.h:29-111 */
#define kref_init(k) refcount_set(&(k)->refcount, 1)
#define kref_read(k) refcount_read(&(k)->refcount)
#define kref_get(k) refcount_inc(&(k)->refcount)
#define kref_get_unless_zero(k) refcount_inc_not_zero(&(k)->refcount)
#define kref_put(k, release_fn) ({					\
	struct kref *__kref = (k);					\
	int __last = refcount_dec_and_test(&__kref->refcount);		\
	if (__last)							\
		(release_fn)(__kref);					\
	__last;								\
})
#define kref_put_mutex(k, release_fn, lock) ({				\
	struct kref *__kref = (k);					\
	int __last = refcount_dec_and_mutex_lock(&__kref->refcount, lock); \
	if (__last)							\
		(release_fn)(__kref);					\
	__last;								\
})
#define kref_put_lock(k, release_fn, lock) ({				\
	struct kref *__kref = (k);					\
	int __last = refcount_dec_and_lock(&__kref->refcount, lock);	\
	if (__last)							\
		(release_fn)(__kref);					\
	__last;								\
})
