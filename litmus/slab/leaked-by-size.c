/*
 * Result: leak (obj)
 *
 * Is an object that nothing but a void pointer ever held missed if it stays?
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
	kfree(holder);
}
