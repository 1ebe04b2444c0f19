/*
 * Result: safe
 *
 * Which loops over firmware nodes put the node when they end by themselves?
 * All of them. Those that are scoped do so also if they are left early.
 */
#include <lastput.h>

POOL(struct device_node, 64);

static struct device_node bus;

#define LOOP(loop, ...) do {				\
	struct device_node *node;			\
	loop(__VA_ARGS__)				\
		node->name = NULL;			\
} while (0)
#define FWLOOP(loop, parent) do {			\
	struct fwnode_handle *child;			\
	loop(parent, child)				\
		WARN_ON(!is_of_node(child));		\
} while (0)

static void left_early(struct device *dev)
{
	for_each_child_of_node_scoped(&bus, child)
		break;
	for_each_available_child_of_node_scoped(&bus, child)
		break;
	for_each_of_graph_port(&bus, child)
		break;
	device_for_each_child_node_scoped(dev, child)
		break;
	fwnode_for_each_child_node_scoped(&bus.fwnode, child)
		break;
}

THREAD(user)
{
	LOOP(for_each_child_of_node, &bus, node);
	LOOP(for_each_available_child_of_node, &bus, node);
	LOOP(for_each_reserved_child_of_node, &bus, node);
	LOOP(for_each_endpoint_of_node, &bus, node);
	LOOP(for_each_node_by_name, node, "cpu");
	LOOP(for_each_node_by_type, node, "cpu");
	LOOP(for_each_node_with_property, node, "reg");
	LOOP(for_each_compatible_node, node, NULL, "cpu");
	LOOP(for_each_matching_node, node, NULL);
	LOOP(for_each_matching_node_and_match, node, NULL, NULL);
	LOOP(for_each_of_cpu_node, node);
	FWLOOP(fwnode_for_each_child_node, &bus.fwnode);
	FWLOOP(fwnode_for_each_available_child_node, &bus.fwnode);
	FWLOOP(device_for_each_child_node, NULL);
	FWLOOP(fwnode_graph_for_each_endpoint, &bus.fwnode);
	left_early(NULL);
}
