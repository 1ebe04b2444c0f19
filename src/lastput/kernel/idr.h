/*
 * idr and ida: numbers for pointers, and numbers alone.
 *
 * Models lib/idr.c and include/linux/idr.h (6.12) over xarray.c. An ida number that is never freed is a leak of
 * struct xa_entry. Freeing a number that is not allocated is a WARN, as there.
 *
 * Left out: as in xarray.c; idr_preload() is preempt_disable() only.
 */

#define idr_init(idr) xa_init(&(idr)->idr_rt)
#define idr_init_base(idr, base) idr_init(idr)
#define idr_is_empty(idr) xa_empty(&(idr)->idr_rt)
#define idr_destroy(idr) xa_destroy(&(idr)->idr_rt)
#define idr_preload(gfp) preempt_disable()
#define idr_preload_end() preempt_enable()

/* lib/idr.c:81: the number, or an error code */
#define idr_alloc(idr, ptr, start, end, gfp) ((int)__xa_alloc(&(idr)->idr_rt, ptr, start, gfp))
#define idr_alloc_cyclic(idr, ptr, start, end, gfp) idr_alloc(idr, ptr, start, end, gfp)
/* lib/idr.c:174, :154 */
#define idr_find(idr, id) xa_load(&(idr)->idr_rt, id)
#define idr_remove(idr, id) xa_erase(&(idr)->idr_rt, id)

/* lib/idr.c:292: the old pointer, or -ENOENT */
static void *idr_replace(struct idr *idr, void *ptr, unsigned long id)
{
	struct xa_entry *found;
	void *old = ERR_PTR(-ENOENT);

	atomic {
		found = __xa_find(&idr->idr_rt, id);
		if (found) {
			old = found->entry;
			found->entry = ptr;
		}
	}
	return old;
}

#define idr_for_each_entry(idr, entry, id) xa_for_each(&(idr)->idr_rt, id, entry)

/* lib/idr.c:197 */
#define idr_for_each(idr, fn, data) ({						\
	int __ret = 0;								\
	for (long __at = xa_next_index(&(idr)->idr_rt, 0); __at >= 0 && !__ret;	\
	     __at = xa_next_index(&(idr)->idr_rt, __at + 1))			\
		__ret = fn(__at, xa_load(&(idr)->idr_rt, __at), data);		\
	__ret;									\
})

#define ida_init(ida) xa_init(&(ida)->xa)
#define ida_is_empty(ida) xa_empty(&(ida)->xa)
#define ida_destroy(ida) xa_destroy(&(ida)->xa)

/* lib/idr.c:382 */
#define ida_alloc_range(ida, min, max, gfp) ((int)__xa_alloc(&(ida)->xa, ida, min, gfp))
#define ida_alloc(ida, gfp) ida_alloc_range(ida, 0, 0, gfp)
#define ida_alloc_min(ida, min, gfp) ida_alloc_range(ida, min, 0, gfp)
#define ida_alloc_max(ida, max, gfp) ida_alloc_range(ida, 0, max, gfp)
#define ida_simple_get(ida, start, end, gfp) ida_alloc_range(ida, start, end, gfp)

/* lib/idr.c:489 */
static void ida_free(struct ida *ida, unsigned int id)
{
	void *entry;

	atomic {
		entry = __xa_take(&ida->xa, id);
		if (!entry)
			warn(WARN, ida, "ida_free called for an id which is not allocated");
	}
}

#define ida_simple_remove(ida, id) ida_free(ida, id)
