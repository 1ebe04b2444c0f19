/*
 * Result: warn (obj)
 *
 * May two tasks take the same entry off a list?
 * No. The second finds the poison that the first has left in it.
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
	list_del(&obj.link);
	spin_unlock(&lock);
}
