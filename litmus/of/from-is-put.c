/*
 * Result: use-after-free (device_node)
 *
 * May the node be put from which of_find_node_by_name() has searched?
 * No. The search itself puts it: that is a put too many.
 */
#include <lastput.h>

static void find(struct device_node *root)
{
	struct device_node *cpus = of_get_child_by_name(root, "cpus");
	struct device_node *node = of_find_node_by_name(cpus, "cpu");

	of_node_put(cpus);
	of_node_put(node);
}

THREAD(user)
{
	find(NULL);
}
