/*
 * Result: safe
 *
 * What does the error path behind ida_alloc() owe?
 * ida_free().
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
		ida_free(&numbers, obj->id);
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
