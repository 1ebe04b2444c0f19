/*
 * Result: safe
 *
 * Where is a timer stopped that ndo_open() arms?
 * In ndo_stop(), which unregister_netdev() calls if the device is open.
 */
#include <lastput.h>

struct priv {
	struct timer_list timer;
	int value;
};

static void priv_timer(struct timer_list *t)
{
	struct priv *priv = timer_container_of(priv, t, timer);

	priv->value++;
}

static int priv_open(struct net_device *dev)
{
	struct priv *priv = netdev_priv(dev);

	mod_timer(&priv->timer, jiffies + HZ);
	return 0;
}

static int priv_stop(struct net_device *dev)
{
	struct priv *priv = netdev_priv(dev);

	timer_delete_sync(&priv->timer);
	return 0;
}

static const struct net_device_ops priv_ops = { .ndo_open = priv_open, .ndo_stop = priv_stop };

THREAD(admin)
{
	struct net_device *dev = alloc_etherdev(sizeof(struct priv));
	struct priv *priv = netdev_priv(dev);

	timer_setup(&priv->timer, priv_timer, 0);
	dev->netdev_ops = &priv_ops;
	register_netdev(dev);
	unregister_netdev(dev);
	free_netdev(dev);
}
