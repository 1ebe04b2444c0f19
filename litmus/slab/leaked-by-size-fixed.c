/*
 * Result: safe
 *
 * Does kfree() of a void pointer free what was allocated by its size?
 */
#include <lastput.h>

struct obj {
	int value;
};

struct holder {
	void *data;
};

THREAD(user)
{
	struct holder *holder = kzalloc_obj(*holder);

	holder->data = kzalloc(sizeof(struct obj), GFP_KERNEL);
	kfree(holder->data);
	kfree(holder);
}
