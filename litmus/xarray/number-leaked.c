/*
 * Result: leak (xa_entry)
 *
 * Is a number of an ida given back when the object goes that has it?
 */
#include <lastput.h>

struct obj {
	int id;
};

static DEFINE_IDA(numbers);

static struct obj *obj_alloc(void)
{
	struct obj *obj = kzalloc(sizeof(*obj), GFP_KERNEL);

	obj->id = ida_alloc(&numbers, GFP_KERNEL);
	if (choose(2)) {
		kfree(obj);
		return NULL;
	}
	return obj;
}

THREAD(user)
{
	struct obj *obj = obj_alloc();

	if (obj) {
		ida_free(&numbers, obj->id);
		kfree(obj);
	}
}
