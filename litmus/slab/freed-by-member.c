/*
 * Result: double-free
 *
 * May kfree() be given a member in the middle of an object?
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
	kfree(&obj->second);
}
