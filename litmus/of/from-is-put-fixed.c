/*
 * Result: safe
 *
 * Who keeps the node from which of_find_node_by_name() searches?
 * Who takes a further reference of it, with of_node_get().
 */
#include <lastput.h>

static void find(struct device_node *root)
{
	struct device_node *cpus = of_get_child_by_name(root, "cpus");
	struct device_node *node = of_find_node_by_name(of_node_get(cpus), "cpu");

	of_node_put(cpus);
	of_node_put(node);
}

THREAD(user)
{
	find(NULL);
}
