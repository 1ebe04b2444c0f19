/*
 * Result: use-after-free (obj), null-deref
 *
 * May a list be walked without the lock under which entries are deleted and freed?
 * No. The walker may stand on an entry that goes, or follow the poison in one that was just deleted.
 */
#include <lastput.h>

struct obj {
	struct list_head link;
	int value;
};

static LIST_HEAD(objects);
static DEFINE_SPINLOCK(lock);

BOOT(setup)
{
	struct obj *first = kzalloc(sizeof(*first), GFP_KERNEL);
	struct obj *second = kzalloc(sizeof(*second), GFP_KERNEL);

	list_add_tail(&first->link, &objects);
	list_add_tail(&second->link, &objects);
}

THREAD(walker)
{
	struct obj *obj;

	list_for_each_entry(obj, &objects, link)
		obj->value = 1;
}

THREAD(cleaner)
{
	struct obj *obj, *next;

	spin_lock(&lock);
	list_for_each_entry_safe(obj, next, &objects, link) {
		list_del(&obj->link);
		kfree(obj);
	}
	spin_unlock(&lock);
}
