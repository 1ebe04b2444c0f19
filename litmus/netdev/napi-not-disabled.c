/*
 * Result: use-after-free (priv)
 *
 * Is it enough that ndo_stop() frees the interrupt that schedules NAPI?
 * No. A poll that is scheduled already still comes: napi_disable() has to wait for it.
 */
#include <lastput.h>

#define IRQ 9

struct priv {
	struct napi_struct napi;
	int packets;
};

static irqreturn_t priv_irq(int irq, void *dev_id)
{
	struct priv *priv = dev_id;

	napi_schedule(&priv->napi);
	return IRQ_HANDLED;
}

static int priv_poll(struct napi_struct *napi, int budget)
{
	struct priv *priv = container_of(napi, struct priv, napi);

	priv->packets++;
	napi_complete_done(napi, 1);
	return 1;
}

static int priv_open(struct net_device *dev)
{
	struct priv *priv = netdev_priv(dev);

	napi_enable(&priv->napi);
	return request_irq(IRQ, priv_irq, 0, "eth", priv);
}

static int priv_stop(struct net_device *dev)
{
	struct priv *priv = netdev_priv(dev);

	free_irq(IRQ, priv);
	return 0;
}

static const struct net_device_ops priv_ops = { .ndo_open = priv_open, .ndo_stop = priv_stop };

THREAD(admin)
{
	struct net_device *dev = alloc_etherdev(sizeof(struct priv));
	struct priv *priv = netdev_priv(dev);

	netif_napi_add(dev, &priv->napi, priv_poll);
	dev->netdev_ops = &priv_ops;
	register_netdev(dev);
	unregister_netdev(dev);
	free_netdev(dev);
}
