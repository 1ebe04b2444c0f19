/*
 * Result: safe
 *
 * Is a transmission over when ndo_stop() is called?
 * Yes. Closing waits for a grace period first, and nothing new is sent.
 */
#include <lastput.h>

struct priv {
	int open;
};

static int priv_open(struct net_device *dev)
{
	struct priv *priv = netdev_priv(dev);

	priv->open = 1;
	return 0;
}

static int priv_stop(struct net_device *dev)
{
	struct priv *priv = netdev_priv(dev);

	priv->open = 0;
	return 0;
}

static netdev_tx_t priv_xmit(struct sk_buff *skb, struct net_device *dev)
{
	struct priv *priv = netdev_priv(dev);

	WARN_ON(!priv->open);
	dev_kfree_skb_any(skb);
	WARN_ON(!priv->open);
	return NETDEV_TX_OK;
}

static const struct net_device_ops priv_ops = {
	.ndo_open = priv_open,
	.ndo_stop = priv_stop,
	.ndo_start_xmit = priv_xmit,
};

THREAD(admin)
{
	struct net_device *dev = alloc_etherdev(sizeof(struct priv));

	dev->netdev_ops = &priv_ops;
	register_netdev(dev);
	unregister_netdev(dev);
	free_netdev(dev);
}
