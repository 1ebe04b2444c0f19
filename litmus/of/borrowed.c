/*
 * Result: leak (device_node)
 *
 * Does dev->of_node = of_node_get(node) have to be undone?
 * Yes, with of_node_put(), also if the node itself belongs to somebody else.
 */
#include <lastput.h>

static struct device_node node;
static struct device dev;

THREAD(user)
{
	dev.of_node = of_node_get(&node);
	dev.of_node = NULL;
}
