/*
 * Result: warn
 *
 * Is the first object that a loop finds always the same one?
 */
#include <lastput.h>

struct obj {
	int on;
	int tag;
};

POOL(struct obj, 3);
POOL_MAY_LEAK(struct obj);

static void make(int tag)
{
	struct obj *o = kzalloc(sizeof(*o), GFP_KERNEL);

	o->tag = tag;
	o->on = 1;
}

BOOT(three)
{
	make(3);
	make(2);
	make(1);
}

THREAD(finder)
{
	struct obj *o, *found = NULL;

	plain {
		for_each_instance(struct obj, o) {
			if (o->on && !found)
				found = o;
		}
	}
	BUG_ON(found->tag == 3);	/* it was made first */
}
