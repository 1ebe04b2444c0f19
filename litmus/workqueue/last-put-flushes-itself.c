/*
 * Result: deadlock (work)
 *
 * May a work item hold a reference to the object whose teardown flushes it?
 * Only as long as it never puts the last one. When it does, its own put waits for its own return. If the user puts
 * last, nothing happens: such a bug survives testing.
 *
 * Claims: C7
 */
#include <lastput.h>

struct obj {
	refcount_t users;
	struct work_struct work;
};

static void obj_put(struct obj *obj)
{
	if (refcount_dec_and_test(&obj->users)) {
		flush_work(&obj->work);
		kfree(obj);
	}
}

static void obj_work(struct work_struct *work)
{
	obj_put(container_of(work, struct obj, work));
}

THREAD(user)
{
	struct obj *obj = kzalloc(sizeof(*obj), GFP_KERNEL);

	refcount_set(&obj->users, 2);
	INIT_WORK(&obj->work, obj_work);
	schedule_work(&obj->work);
	obj_put(obj);
}
