/*
 * Result: safe
 *
 * How do two tasks agree on who takes an entry off a list?
 * list_del_init() leaves an empty entry, which list_empty() knows, all under the lock of the list.
 */
#include <lastput.h>

struct obj {
	struct list_head link;
};

static LIST_HEAD(objects);
static struct obj obj;
static DEFINE_SPINLOCK(lock);

BOOT(setup)
{
	list_add(&obj.link, &objects);
}

THREADS(user, 2)
{
	spin_lock(&lock);
	if (!list_empty(&obj.link))
		list_del_init(&obj.link);
	spin_unlock(&lock);
}
