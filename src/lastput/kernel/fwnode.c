/*
 * Firmware nodes, whatever firmware they are of.
 *
 * Models drivers/base/property.c (6.12) over the nodes of of.c: a getter gives the firmware node of a new
 * device_node, as it does on a machine with a device tree.
 *
 * Left out: ACPI and software nodes, secondary nodes.
 */

#define is_of_node(handle) (!IS_ERR_OR_NULL(handle))
#define __to_of_node(handle) container_of(handle, struct device_node, fwnode)
#define to_of_node(handle) (is_of_node(handle) ? __to_of_node(handle) : NULL)

/* include/linux/of.h:177 */
static inline struct fwnode_handle *of_fwnode_handle(struct device_node *node)
{
	return node ? &node->fwnode : NULL;
}

/* drivers/base/property.c:731 */
static struct fwnode_handle *fwnode_handle_get(struct fwnode_handle *fwnode)
{
	if (is_of_node(fwnode))
		of_node_get(__to_of_node(fwnode));
	return fwnode;
}

/* include/linux/property.h:198 */
static void fwnode_handle_put(struct fwnode_handle *fwnode)
{
	if (is_of_node(fwnode))
		of_node_put(__to_of_node(fwnode));
}

#define FWNODE_FIND(failure, name)						\
static struct fwnode_handle *name(...)						\
{										\
	return __request_fails() ? failure : &__new_device_node(0)->fwnode;	\
}

#define FWNODE_NEXT_OF(name)							\
static struct fwnode_handle *name(const void *parent, struct fwnode_handle *from, ...)	\
{										\
	struct device_node *next = of_get_next_child(NULL, to_of_node(from));	\
										\
	return of_fwnode_handle(next);						\
}

/* drivers/base/property.c:759: each puts the node that it begins from */
FWNODE_NEXT_OF(fwnode_get_next_child_node)
FWNODE_NEXT_OF(fwnode_get_next_available_child_node)
FWNODE_NEXT_OF(device_get_next_child_node)
FWNODE_NEXT_OF(fwnode_graph_get_next_endpoint)

/* drivers/base/property.c:672 */
FWNODE_FIND(NULL, fwnode_get_parent)
FWNODE_FIND(NULL, fwnode_get_named_child_node)
FWNODE_FIND(NULL, device_get_named_child_node)
FWNODE_FIND(NULL, fwnode_graph_get_port_parent)
FWNODE_FIND(NULL, fwnode_graph_get_remote_endpoint)
FWNODE_FIND(NULL, fwnode_graph_get_remote_port)
FWNODE_FIND(NULL, fwnode_graph_get_remote_port_parent)
FWNODE_FIND(NULL, fwnode_graph_get_endpoint_by_id)
FWNODE_FIND(ERR_PTR(-ENOENT), fwnode_find_reference)

/* drivers/base/property.c:693 */
static struct fwnode_handle *fwnode_get_next_parent(struct fwnode_handle *fwnode)
{
	struct device_node *next = of_get_next_parent(to_of_node(fwnode));

	return of_fwnode_handle(next);
}

/* drivers/base/property.c:560 */
static int fwnode_property_get_reference_args(const struct fwnode_handle *fwnode, const char *name, const char *cells,
					      unsigned int nargs, unsigned int index,
					      struct fwnode_reference_args *args)
{
	if (__request_fails())
		return -ENOENT;
	if (args)
		args->fwnode = &__new_device_node(0)->fwnode;
	return 0;
}

#define fwnode_for_each_child_node(parent, child) __for_each_next(child, fwnode_get_next_child_node, parent)
#define fwnode_for_each_available_child_node(parent, child) \
	__for_each_next(child, fwnode_get_next_available_child_node, parent)
#define device_for_each_child_node(dev, child) __for_each_next(child, device_get_next_child_node, dev)
#define fwnode_graph_for_each_endpoint(fwnode, child) __for_each_next(child, fwnode_graph_get_next_endpoint, fwnode)
#define __fwnode_for_each_scoped(child, next, parent)				\
	for (struct fwnode_handle *child __free(fwnode_handle) = next(parent, NULL); child != NULL;	\
	     child = next(parent, child))
#define device_for_each_child_node_scoped(dev, child) \
	__fwnode_for_each_scoped(child, device_get_next_child_node, dev)
#define fwnode_for_each_child_node_scoped(parent, child) \
	__fwnode_for_each_scoped(child, fwnode_get_next_child_node, parent)
