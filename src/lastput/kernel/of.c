/*
 * Nodes of the device tree and of other firmware.
 *
 * Models drivers/of/{base,dynamic,property}.c and drivers/base/property.c (6.12), by the table below; see token.h. A
 * firmware node is the part of a device_node that it is with a device tree, so that either put gives either back.
 *
 * Left out: what a node says: any property is there or not, and holds any of 0 and 1.
 */

struct fwnode_handle {
	int unused;
};

struct device_node {
	struct fwnode_handle fwnode;
	TOKEN_MEMBERS(device_node);
	const char *name;
	const char *full_name;
};

struct of_phandle_args {
	struct device_node *np;
	int args_count;
	unsigned int args[4];
};

struct fwnode_reference_args {
	struct fwnode_handle *fwnode;
	unsigned int nargs;
};

POOL(struct device_node, 4);
TOKEN(device_node, __not_null)

/* drivers/of/dynamic.c:28, :47 */
TOKEN_GET(device_node, of_node_get)
TOKEN_PUT(device_node, of_node_put)

/* drivers/of/base.c:576: each puts the node that it begins from */
TOKEN_NEXT(device_node, of_get_next_parent)
TOKEN_NEXT(device_node, of_find_node_by_name)
TOKEN_NEXT(device_node, of_find_node_by_type)
TOKEN_NEXT(device_node, of_find_compatible_node)
TOKEN_NEXT(device_node, of_find_matching_node)
TOKEN_NEXT(device_node, of_find_matching_node_and_match)
TOKEN_NEXT(device_node, of_find_node_with_property)
TOKEN_NEXT(device_node, of_find_all_nodes)
TOKEN_NEXT(device_node, of_get_next_cpu_node)
TOKEN_NEXT_OF(device_node, of_get_next_child)
TOKEN_NEXT_OF(device_node, of_get_next_available_child)
TOKEN_NEXT_OF(device_node, of_get_next_reserved_child)
TOKEN_NEXT_OF(device_node, of_get_next_child_with_prefix)
TOKEN_NEXT_OF(device_node, of_graph_get_next_endpoint)
TOKEN_NEXT_OF(device_node, of_graph_get_next_port)
TOKEN_NEXT_OF(device_node, of_graph_get_next_port_endpoint)

/* drivers/of/base.c:550 */
TOKEN_FIND(device_node, NULL, of_get_parent)
TOKEN_FIND(device_node, NULL, of_get_child_by_name)
TOKEN_FIND(device_node, NULL, of_get_available_child_by_name)
TOKEN_FIND(device_node, NULL, of_get_compatible_child)
TOKEN_FIND(device_node, NULL, of_find_node_by_path)
TOKEN_FIND(device_node, NULL, of_find_node_opts_by_path)
TOKEN_FIND(device_node, NULL, of_find_node_by_phandle)
TOKEN_FIND(device_node, NULL, of_parse_phandle)
TOKEN_FIND(device_node, NULL, of_get_cpu_node)
TOKEN_FIND(device_node, NULL, of_cpu_device_node_get)
TOKEN_FIND(device_node, NULL, of_get_cpu_state_node)
TOKEN_FIND(device_node, NULL, of_irq_find_parent)

/* drivers/of/property.c:605 */
TOKEN_FIND(device_node, NULL, of_graph_get_port_by_id)
TOKEN_FIND(device_node, NULL, of_graph_get_port_parent)
TOKEN_FIND(device_node, NULL, of_graph_get_endpoint_by_regs)
TOKEN_FIND(device_node, NULL, of_graph_get_remote_endpoint)
TOKEN_FIND(device_node, NULL, of_graph_get_remote_node)
TOKEN_FIND(device_node, NULL, of_graph_get_remote_port)
TOKEN_FIND(device_node, NULL, of_graph_get_remote_port_parent)

/* drivers/of/base.c:1294: the node is a reference, also when the caller wants no node */
static int of_parse_phandle_with_args(const struct device_node *np, const char *list, const char *cells, int index,
				      struct of_phandle_args *out)
{
	if (__request_fails())
		return -ENOENT;
	if (out)
		out->np = __new_device_node(0);
	return 0;
}

#define of_parse_phandle_with_fixed_args(np, list, count, index, out) \
	of_parse_phandle_with_args(np, list, NULL, index, out)
#define of_parse_phandle_with_optional_args(np, list, cells, index, out) \
	of_parse_phandle_with_args(np, list, cells, index, out)

/* include/linux/of.h:1461: leaving early keeps the reference of the last node */
#define __for_each_next(child, next, parent)					\
	for (child = next(parent, NULL); child != NULL; child = next(parent, child))
#define __for_each_from(node, find, ...)					\
	for (node = find(NULL, __VA_ARGS__); node; node = find(node, __VA_ARGS__))
#define for_each_child_of_node(parent, child) __for_each_next(child, of_get_next_child, parent)
#define for_each_available_child_of_node(parent, child) __for_each_next(child, of_get_next_available_child, parent)
#define for_each_reserved_child_of_node(parent, child) __for_each_next(child, of_get_next_reserved_child, parent)
#define for_each_endpoint_of_node(parent, child) __for_each_next(child, of_graph_get_next_endpoint, parent)
#define for_each_node_by_name(dn, name) __for_each_from(dn, of_find_node_by_name, name)
#define for_each_node_by_type(dn, type) __for_each_from(dn, of_find_node_by_type, type)
#define for_each_node_with_property(dn, name) __for_each_from(dn, of_find_node_with_property, name)
#define for_each_compatible_node(dn, type, compatible) __for_each_from(dn, of_find_compatible_node, type, compatible)
#define for_each_matching_node(dn, matches) __for_each_from(dn, of_find_matching_node, matches)
#define for_each_matching_node_and_match(dn, matches, match) \
	__for_each_from(dn, of_find_matching_node_and_match, matches, match)
#define for_each_of_cpu_node(cpu) for (cpu = of_get_next_cpu_node(NULL); cpu; cpu = of_get_next_cpu_node(cpu))

/* The node is put however the loop is left, unless it is taken with no_free_ptr(). */
#define __for_each_scoped(child, next, parent)					\
	for (struct device_node *child __free(device_node) = next(parent, NULL); child != NULL;	\
	     child = next(parent, child))
#define for_each_child_of_node_scoped(parent, child) __for_each_scoped(child, of_get_next_child, parent)
#define for_each_available_child_of_node_scoped(parent, child) \
	__for_each_scoped(child, of_get_next_available_child, parent)
#define for_each_of_graph_port(parent, child) __for_each_scoped(child, of_graph_get_next_port, parent)
