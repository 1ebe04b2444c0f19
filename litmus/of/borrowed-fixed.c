/*
 * Result: safe
 *
 * Where does a device give back its node?
 * Where it forgets it.
 */
#include <lastput.h>

static struct device_node node;
static struct device dev;

THREAD(user)
{
	dev.of_node = of_node_get(&node);
	of_node_put(dev.of_node);
}
