/*
 * Result: leak (device_node)
 *
 * Does a loop over child nodes give back the node at which it is left?
 * No. Only the next round puts the node of the last one.
 */
#include <lastput.h>

static struct device_node bus;

static int probe(struct device_node *parent)
{
	struct device_node *child;

	for_each_child_of_node(parent, child) {
		if (choose(2))
			return -EINVAL;
	}
	return 0;
}

THREAD(user)
{
	probe(&bus);
}
