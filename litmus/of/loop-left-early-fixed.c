/*
 * Result: safe
 *
 * How is a loop over child nodes left before its end?
 * With of_node_put() of the node at which it is left, or with the scoped loop.
 */
#include <lastput.h>

static struct device_node bus;

static int probe(struct device_node *parent)
{
	struct device_node *child;

	for_each_child_of_node(parent, child) {
		if (choose(2)) {
			of_node_put(child);
			return -EINVAL;
		}
	}
	return 0;
}

THREAD(user)
{
	probe(&bus);
}
