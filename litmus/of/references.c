/*
 * Result: safe
 *
 * What do the other ways to a firmware node give?
 * A reference, whether it comes as a node, in a struct of arguments, or of a node that one has already.
 */
#include <lastput.h>

POOL(struct device_node, 16);

static struct device_node bus;

THREAD(user)
{
	struct of_phandle_args args;
	struct fwnode_reference_args ref;
	struct fwnode_handle *fwnode;

	of_parse_phandle_with_args(&bus, "clocks", "#clock-cells", 0, &args);
	of_node_put(args.np);
	of_parse_phandle_with_fixed_args(&bus, "clocks", 1, 0, &args);
	of_node_put(args.np);
	of_parse_phandle_with_optional_args(&bus, "clocks", NULL, 0, &args);
	of_node_put(args.np);
	fwnode_property_get_reference_args(&bus.fwnode, "clocks", NULL, 0, 0, &ref);
	fwnode_handle_put(ref.fwnode);
	fwnode = fwnode_handle_get(of_fwnode_handle(of_node_get(&bus)));
	of_node_put(to_of_node(fwnode));
	fwnode = fwnode_get_next_parent(fwnode);
	fwnode_handle_put(fwnode);
	of_node_put(of_get_next_parent(of_get_parent(&bus)));
}
