/*
 * Result: safe
 *
 * What does code do when an allocation fails?
 * It looks, and goes the way that needs nothing freed. kfree(NULL) is nothing.
 *
 * Options: define CONFIG_FAILSLAB=1
 */
#include <lastput.h>

struct obj {
	int value;
};

THREAD(user)
{
	struct obj *obj = kzalloc(sizeof(*obj), GFP_KERNEL);

	if (obj)
		obj->value = 1;
	kfree(obj);
}
