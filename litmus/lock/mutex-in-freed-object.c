/*
 * Result: use-after-free (obj)
 *
 * Does a mutex inside an object protect the object against being freed?
 * No. Who waits for the mutex waits in memory that goes when its holder frees the object.
 */
#include <lastput.h>

struct obj {
	struct mutex lock;
	int dead;
};

static struct obj *shared;

BOOT(setup)
{
	shared = kzalloc(sizeof(struct obj), GFP_KERNEL);
	mutex_init(&shared->lock);
}

THREAD(user)
{
	struct obj *obj = shared;

	if (!obj)
		return;
	mutex_lock(&obj->lock);
	mutex_unlock(&obj->lock);
}

THREAD(killer)
{
	struct obj *obj = shared;

	mutex_lock(&obj->lock);
	shared = NULL;
	obj->dead = 1;
	mutex_unlock(&obj->lock);
	kfree(obj);
}
