/*
 * Atomic counters, bits and exchanges.
 *
 * Models include/linux/atomic.h and include/linux/bitops.h (6.12). Each operation that reads and writes
 * is one synchronising step; atomic_read() and atomic_set() are plain accesses. A bit map is one word.
 *
 * Left out: overflow; the memory orders (_relaxed, _acquire, _release), which all name the same step.
 */

typedef struct {
	int counter;
} atomic_t;

#define atomic_long_t atomic_t
#define atomic64_t atomic_t
#define ATOMIC_INIT(i) { (i) }
#define ATOMIC_LONG_INIT(i) { (i) }

#define atomic_read(v) ((v)->counter)
#define atomic_set(v, i) ((v)->counter = (i))

static inline void atomic_add(int i, atomic_t *v)
{
	atomic { v->counter += i; }
}

static inline void atomic_inc(atomic_t *v)
{
	atomic { v->counter++; }
}

static inline void atomic_dec(atomic_t *v)
{
	atomic { v->counter--; }
}

static inline int atomic_add_return(int i, atomic_t *v)
{
	int now;

	atomic {
		v->counter += i;
		now = v->counter;
	}
	return now;
}

/* Adds i unless the value is u; gives the old value. */
static inline int atomic_fetch_add_unless(atomic_t *v, int i, int u)
{
	int old;

	atomic {
		old = v->counter;
		if (old != u)
			v->counter = old + i;
	}
	return old;
}

/* The old value minus 1, even if it was not taken. */
static inline int atomic_dec_if_positive(atomic_t *v)
{
	int now;

	atomic {
		now = v->counter - 1;
		if (now >= 0)
			v->counter = now;
	}
	return now;
}

static inline int atomic_xchg(atomic_t *v, int new)
{
	int old;

	atomic {
		old = v->counter;
		v->counter = new;
	}
	return old;
}

static inline int atomic_cmpxchg(atomic_t *v, int old, int new)
{
	int was;

	atomic {
		was = v->counter;
		if (was == old)
			v->counter = new;
	}
	return was;
}

#define atomic_sub(i, v) atomic_add(-(i), v)
#define atomic_inc_return(v) atomic_add_return(1, v)
#define atomic_dec_return(v) atomic_add_return(-1, v)
#define atomic_sub_return(i, v) atomic_add_return(-(i), v)
#define atomic_dec_and_test(v) (atomic_add_return(-1, v) == 0)
#define atomic_inc_and_test(v) (atomic_add_return(1, v) == 0)
#define atomic_sub_and_test(i, v) (atomic_add_return(-(i), v) == 0)
#define atomic_inc_not_zero(v) (atomic_fetch_add_unless(v, 1, 0) != 0)
#define atomic_add_unless(v, i, u) (atomic_fetch_add_unless(v, i, u) != (u))

#define atomic_long_read(v) atomic_read(v)
#define atomic_long_set(v, i) atomic_set(v, i)
#define atomic_long_inc(v) atomic_inc(v)
#define atomic_long_dec(v) atomic_dec(v)
#define atomic_long_inc_not_zero(v) atomic_inc_not_zero(v)
#define atomic_long_dec_and_test(v) atomic_dec_and_test(v)
#define atomic64_read(v) atomic_read(v)
#define atomic64_set(v, i) atomic_set(v, i)
#define atomic64_inc(v) atomic_inc(v)

#define xchg(ptr, new) ({				\
	typeof(*(ptr)) __xchg;				\
	atomic {					\
		__xchg = *(ptr);			\
		*(ptr) = (new);				\
	}						\
	__xchg;						\
})
#define cmpxchg(ptr, old, new) ({			\
	typeof(*(ptr)) __was;				\
	atomic {					\
		__was = *(ptr);				\
		if (__was == (old))			\
			*(ptr) = (new);			\
	}						\
	__was;						\
})

static inline void set_bit(int nr, unsigned long *addr)
{
	atomic { *addr |= 1 << nr; }
}

static inline void clear_bit(int nr, unsigned long *addr)
{
	atomic { *addr &= ~(1 << nr); }
}

static inline int test_bit(int nr, const unsigned long *addr)
{
	return (*addr >> nr) & 1;
}

static inline int test_and_set_bit(int nr, unsigned long *addr)
{
	int old;

	atomic {
		old = (*addr >> nr) & 1;
		*addr |= 1 << nr;
	}
	return old;
}

static inline int test_and_clear_bit(int nr, unsigned long *addr)
{
	int old;

	atomic {
		old = (*addr >> nr) & 1;
		*addr &= ~(1 << nr);
	}
	return old;
}

#define __set_bit(nr, addr) (*(addr) |= 1 << (nr))
#define __clear_bit(nr, addr) (*(addr) &= ~(1 << (nr)))
#define clear_bit_unlock(nr, addr) clear_bit(nr, addr)
#define test_and_set_bit_lock(nr, addr) test_and_set_bit(nr, addr)
