/*
 * Result: null-deref
 *
 * Does an allocation need a check?
 * It may fail. (Without CONFIG_FAILSLAB the model lets all of them succeed.)
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

	obj->value = 1;
	kfree(obj);
}
