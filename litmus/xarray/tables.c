/*
 * Result: safe
 *
 * Do xarray, idr and ida do what they say?
 */
#include <lastput.h>

POOL(struct xa_entry, 20);

static DEFINE_XARRAY(xa);
static DEFINE_XARRAY_ALLOC(alloc);
static DEFINE_XARRAY_FLAGS(irq, XA_FLAGS_LOCK_IRQ);
static struct idr idr;
static struct ida ida;
static int a, b;
static unsigned int id, next;

static int count(int id, void *entry, void *data)
{
	WARN_ON(entry != &a && entry != &b);
	return 0;
}

static void arrays(void)
{
	unsigned long index;
	int *entry;
	int seen = 0;

	xa_init(&xa);
	xa_init_flags(&alloc, XA_FLAGS_ALLOC);
	WARN_ON(!xa_empty(&xa) || xa_load(&xa, 3));
	WARN_ON(xa_store(&xa, 3, &a, GFP_KERNEL) || xa_insert(&xa, 1, &b, GFP_KERNEL));
	WARN_ON(xa_insert(&xa, 3, &b, GFP_KERNEL) != -EBUSY);
	WARN_ON(xa_err(xa_store(&xa, 3, &b, GFP_KERNEL)) || xa_is_err(xa_load(&xa, 3)));
	xa_lock(&xa);
	xa_for_each(&xa, index, entry)
		seen++;
	xa_unlock(&xa);
	WARN_ON(seen != 2 || xa_erase(&xa, 1) != &b);
	xa_destroy(&xa);
	WARN_ON(xa_alloc(&alloc, &id, &a, xa_limit_32b, GFP_KERNEL) || id != 0);
	WARN_ON(xa_alloc_irq(&alloc, &id, &b, xa_limit_31b, GFP_KERNEL) || id != 1);
	xa_erase_irq(&alloc, 0);
	xa_alloc_cyclic(&alloc, &id, &b, xa_limit_31b, &next, GFP_KERNEL);
	xa_destroy(&alloc);
	WARN_ON(!xa_empty(&irq));
}

static void numbers(void)
{
	int *entry;
	int at;

	idr_init(&idr);
	idr_init_base(&idr, 1);
	idr_preload(GFP_KERNEL);
	WARN_ON(!idr_is_empty(&idr) || idr_alloc(&idr, &a, 1, 0, GFP_NOWAIT) != 1);
	idr_preload_end();
	WARN_ON(idr_alloc_cyclic(&idr, &a, 1, 0, GFP_KERNEL) != 2 || idr_replace(&idr, &b, 2) != &a);
	WARN_ON(idr_for_each(&idr, count, NULL));
	idr_for_each_entry(&idr, entry, at)
		WARN_ON(entry != (at == 1 ? &a : &b));
	idr_remove(&idr, 1);
	idr_destroy(&idr);
	ida_init(&ida);
	WARN_ON(!ida_is_empty(&ida) || ida_alloc_min(&ida, 3, GFP_KERNEL) != 3);
	ida_free(&ida, 3);
	ida_free(&ida, ida_alloc_max(&ida, 3, GFP_KERNEL));
	ida_simple_remove(&ida, ida_simple_get(&ida, 0, 0, GFP_KERNEL));
	ida_destroy(&ida);
}

THREAD(user)
{
	arrays();
	numbers();
}
