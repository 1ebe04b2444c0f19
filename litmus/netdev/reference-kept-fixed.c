/*
 * Result: safe
 *
 * On which ways out is dev_get_by_name() undone?
 * On all, as unregister_netdev() waits until nobody holds the device.
 */
#include <lastput.h>

static const struct net_device_ops ops;

static int lookup(void)
{
	struct net_device *dev = dev_get_by_name(NULL, "eth0");

	if (!dev)
		return -ENODEV;
	if (!netif_running(dev)) {
		dev_put(dev);
		return -ENETDOWN;
	}
	dev_put(dev);
	return 0;
}

THREAD(admin)
{
	struct net_device *dev = alloc_netdev(0, "eth0", 0, ether_setup);

	dev->netdev_ops = &ops;
	register_netdev(dev);
	unregister_netdev(dev);
	free_netdev(dev);
}

THREAD(user)
{
	lookup();
}
