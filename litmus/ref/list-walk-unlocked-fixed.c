/*
 * Result: safe
 *
 * What keeps the entries while a list is walked?
 * The lock under which they are deleted and freed.
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

	spin_lock(&lock);
	list_for_each_entry(obj, &objects, link)
		obj->value = 1;
	spin_unlock(&lock);
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
