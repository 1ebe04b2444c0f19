/*
 * Result: deadlock (rtnl_mutex)
 *
 * May ndo_stop() wait for a work item that takes rtnl_lock()?
 * No. ndo_stop() is called with rtnl held.
 */
#include <lastput.h>

struct priv {
	struct work_struct reset;
	struct net_device *dev;
};

static void priv_reset(struct work_struct *work)
{
	struct priv *priv = container_of(work, struct priv, reset);

	rtnl_lock();
	if (netif_running(priv->dev))
		priv->dev->detached = 0;
	rtnl_unlock();
}

static void priv_tx_timeout(struct net_device *dev, unsigned int queue)
{
	struct priv *priv = netdev_priv(dev);

	schedule_work(&priv->reset);
}

static int priv_open(struct net_device *dev)
{
	return 0;
}

static int priv_stop(struct net_device *dev)
{
	struct priv *priv = netdev_priv(dev);

	cancel_work_sync(&priv->reset);
	return 0;
}

static const struct net_device_ops priv_ops = {
	.ndo_open = priv_open,
	.ndo_stop = priv_stop,
	.ndo_tx_timeout = priv_tx_timeout,
};

THREAD(admin)
{
	struct net_device *dev = alloc_etherdev(sizeof(struct priv));
	struct priv *priv = netdev_priv(dev);

	priv->dev = dev;
	INIT_WORK(&priv->reset, priv_reset);
	dev->netdev_ops = &priv_ops;
	register_netdev(dev);
	unregister_netdev(dev);
	free_netdev(dev);
}
