/*
 * Result: safe
 *
 * May a driver stop and start its queue while packets come?
 */
#include <lastput.h>

MODULE(drv);

struct priv {
	int unused;
};

static struct net_device *ndev;

static int drv_open(struct net_device *dev)
{
	netif_carrier_on(dev);
	netif_start_queue(dev);
	netif_tx_start_all_queues(dev);
	return netif_carrier_ok(dev) ? 0 : -ENODEV;
}

static int drv_stop(struct net_device *dev)
{
	netif_carrier_off(dev);
	netif_tx_stop_all_queues(dev);
	netif_stop_queue(dev);
	return 0;
}

static netdev_tx_t drv_xmit(struct sk_buff *skb, struct net_device *dev)
{
	netif_trans_update(dev);
	if (netif_queue_stopped(dev))
		netif_tx_wake_all_queues(dev);
	netif_wake_queue(dev);
	dev_kfree_skb(skb);
	return NETDEV_TX_OK;
}

static const struct net_device_ops drv_ops = { .ndo_open = drv_open, .ndo_stop = drv_stop, .ndo_start_xmit = drv_xmit };

static int drv_init(void)
{
	ndev = alloc_netdev(sizeof(struct priv), "drv%d", 0, ether_setup);
	if (!ndev)
		return -ENOMEM;
	ndev->netdev_ops = &drv_ops;
	return register_netdev(ndev);
}

static void drv_exit(void)
{
	unregister_netdev(ndev);
	free_netdev(ndev);
}

module_init(drv_init);
module_exit(drv_exit);

MODULE(vmlinux);

THREAD(admin)
{
	rmmod("drv");
}
