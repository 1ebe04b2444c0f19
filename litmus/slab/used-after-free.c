/*
 * Result: use-after-free (obj)
 *
 * May an object be freed while another task has its address?
 * Only if that task will not use it any more. Here nothing tells.
 */
#include <lastput.h>

struct obj {
	int value;
};

static struct obj *shared;

BOOT(setup)
{
	shared = kzalloc(sizeof(struct obj), GFP_KERNEL);
}

THREAD(user)
{
	struct obj *obj = shared;

	if (obj)
		obj->value = 1;
}

THREAD(owner)
{
	struct obj *obj = shared;

	shared = NULL;
	kfree(obj);
}
