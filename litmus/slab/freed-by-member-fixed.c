/*
 * Result: safe
 *
 * May kfree() be given a member in the middle of an object?
 * Here: only the pointer that kmalloc() gave.
 */
#include <lastput.h>

struct obj {
	int first;
	int second;
};

THREAD(user)
{
	struct obj *obj = kzalloc(sizeof(*obj), GFP_KERNEL);

	obj->second = 1;
	kfree(obj);
}
