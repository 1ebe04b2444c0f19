/*
 * Tables of pointers and of numbers: xarray, idr, ida.
 *
 * Models lib/{xarray,idr}.c (6.12): an entry is an object of its own, so that a number that nobody frees is a
 * leak of struct xa_entry. Each operation is one synchronising step; looking up takes no reference. Nothing blocks,
 * but what may allocate is checked for sleep-in-atomic.
 *
 * Left out: marks, ranges, cyclic allocation (the lowest free number is given, also by idr_alloc_cyclic()), limits.
 */

struct xarray {
	spinlock_t xa_lock;
	int entries;
};

struct xa_entry {
	struct xarray *xa;
	unsigned long index;
	void *entry;
};

POOL(struct xa_entry, 4);

struct idr {
	struct xarray idr_rt;
};

struct ida {
	struct xarray xa;
};

#define XA_FLAGS_ALLOC 1
#define XA_FLAGS_ALLOC1 2
#define XA_FLAGS_LOCK_IRQ 4
#define xa_limit_31b 0
#define xa_limit_32b 0
#define DEFINE_XARRAY(name) struct xarray name
#define DEFINE_XARRAY_ALLOC(name) struct xarray name
#define DEFINE_XARRAY_FLAGS(name, flags) struct xarray name
#define DEFINE_IDR(name) struct idr name
#define DEFINE_IDA(name) struct ida name
#define xa_init(xa) spin_lock_init(&(xa)->xa_lock)
#define xa_init_flags(xa, flags) xa_init(xa)
#define xa_lock(xa) spin_lock(&(xa)->xa_lock)
#define xa_unlock(xa) spin_unlock(&(xa)->xa_lock)
#define xa_err(entry) ((long)(entry) < 0 ? (long)(entry) : 0)
#define xa_is_err(entry) ((long)(entry) < 0)
#define xa_empty(xa) ((xa)->entries == 0)

/* The entry with this number, or NULL; in a block. */
static inline struct xa_entry *__xa_find(struct xarray *xa, unsigned long index)
{
	struct xa_entry *at;
	struct xa_entry *found = NULL;

	(void)xa->entries;
	for_each_instance(struct xa_entry, at) {
		if (at->xa == xa && at->index == index) {
			if (found)
				fail(WARN, xa, "two entries of an xarray have the same index");
			found = at;
		}
	}
	return found;
}

/* lib/xarray.c:1473 */
static void *xa_load(struct xarray *xa, unsigned long index)
{
	struct xa_entry *found;
	void *entry = NULL;

	atomic {
		found = __xa_find(xa, index);
		if (found)
			entry = found->entry;
	}
	return entry;
}

/* The lowest number in use that is not below from, or -1; in a block. */
static inline long __xa_next(struct xarray *xa, long from)
{
	struct xa_entry *at;
	long next = INT_MAX;
	long index;

	(void)xa->entries;
	for_each_instance(struct xa_entry, at) {
		if (at->xa == xa) {
			index = at->index;
			if (index >= from && index < next)
				next = index;
		}
	}
	return next == INT_MAX ? -1 : next;
}

static long xa_next_index(struct xarray *xa, long from)
{
	long next;

	atomic { next = __xa_next(xa, from); }
	return next;
}

#define xa_for_each(xa, index, entry)							\
	for ((index) = xa_next_index(xa, 0);						\
	     (long)(index) >= 0 && ((entry) = xa_load(xa, index)) != NULL;		\
	     (index) = xa_next_index(xa, (index) + 1))

/* Puts an entry there. In a block. */
static inline void __xa_put(struct xarray *xa, unsigned long index, void *entry)
{
	struct xa_entry *made = __alloc();

	made->xa = xa;
	made->index = index;
	made->entry = entry;
	xa->entries++;
}

/* Takes the entry with this number out; what it was. In a block. */
static inline void *__xa_take(struct xarray *xa, unsigned long index)
{
	struct xa_entry *found = __xa_find(xa, index);
	void *entry = NULL;

	if (found) {
		entry = found->entry;
		__free(found);
		xa->entries--;
	}
	return entry;
}

/* lib/xarray.c:1530 */
static void *xa_erase(struct xarray *xa, unsigned long index)
{
	void *entry;

	atomic { entry = __xa_take(xa, index); }
	return entry;
}

/* lib/xarray.c:1594: the old entry, or an error code as a pointer */
static void *xa_store(struct xarray *xa, unsigned long index, void *entry, int gfp)
{
	void *old;

	if (__alloc_fails(gfp))
		return ERR_PTR(-ENOMEM);
	atomic {
		old = __xa_take(xa, index);
		if (entry)
			__xa_put(xa, index, entry);
	}
	return old;
}

/* include/linux/xarray.h:778: -EBUSY if there is one */
static int xa_insert(struct xarray *xa, unsigned long index, void *entry, int gfp)
{
	int ret = 0;

	if (__alloc_fails(gfp))
		return -ENOMEM;
	atomic {
		if (__xa_find(xa, index))
			ret = -EBUSY;
		else
			__xa_put(xa, index, entry);
	}
	return ret;
}

/* lib/xarray.c:1845: the lowest free number, or an error code */
static long __xa_alloc(struct xarray *xa, void *entry, long from, int gfp)
{
	long index = from;

	if (__alloc_fails(gfp))
		return -ENOMEM;
	atomic {
		while (__xa_find(xa, index))
			index++;
		__xa_put(xa, index, entry);
	}
	return index;
}

#define xa_alloc(xa, id, entry, limit, gfp) ({				\
	long __id = __xa_alloc(xa, entry, 0, gfp);			\
	if (__id >= 0)							\
		*(id) = __id;						\
	__id < 0 ? (int)__id : 0;					\
})
#define xa_alloc_cyclic(xa, id, entry, limit, next, gfp) xa_alloc(xa, id, entry, limit, gfp)
#define xa_alloc_irq(xa, id, entry, limit, gfp) xa_alloc(xa, id, entry, limit, gfp)
#define xa_erase_irq(xa, index) xa_erase(xa, index)

/* lib/xarray.c:2243: the entries go, what they point to does not */
static void xa_destroy(struct xarray *xa)
{
	struct xa_entry *at;

	atomic {
		xa->entries = 0;
		for_each_instance(struct xa_entry, at) {
			if (at->xa == xa)
				__free(at);
		}
	}
}
