/*
 * Result: safe
 *
 * Do the calls on network devices do what they say?
 */
#include <lastput.h>

struct priv {
	int opened;
	struct napi_struct napi, napi_tx;
};

POOL(struct net_device, 12);
POOL(struct priv, 12);
POOL(struct devres, 8);

static int events;

static int priv_poll(struct napi_struct *napi, int budget)
{
	napi_complete(napi);
	return 0;
}

static int priv_init(struct net_device *dev)
{
	struct priv *priv = netdev_priv(dev);

	ASSERT_RTNL();
	netif_napi_add_weight(dev, &priv->napi, priv_poll, 16);
	netif_napi_add_tx(dev, &priv->napi_tx, priv_poll);
	napi_enable(&priv->napi);
	if (napi_schedule_prep(&priv->napi))
		__napi_schedule_irqoff(&priv->napi);
	return 0;
}

static void priv_uninit(struct net_device *dev)
{
	struct priv *priv = netdev_priv(dev);

	napi_schedule_irqoff(&priv->napi);
	napi_disable(&priv->napi);
	netif_napi_del(&priv->napi);
	WARN_ON(netif_running(dev));
}

static const struct net_device_ops none;
static const struct net_device_ops ops = { .ndo_init = priv_init, .ndo_uninit = priv_uninit };

static int event(struct notifier_block *nb, unsigned long action, void *data)
{
	struct net_device *dev = netdev_notifier_info_to_dev(data);

	WARN_ON(!rtnl_is_locked() || !lockdep_rtnl_is_held() || !rtnl_dereference(dev));
	if (action == NETDEV_REGISTER)
		events++;
	if (action == NETDEV_UNREGISTER)
		events--;
	return NOTIFY_DONE;
}

static struct notifier_block nb = { .notifier_call = event };

static void one(struct net_device *dev)
{
	dev->netdev_ops = &none;
	free_netdev(dev);
}

static int drv_probe(struct platform_device *pdev)
{
	struct net_device *dev = devm_alloc_etherdev(&pdev->dev, sizeof(struct priv));

	dev->netdev_ops = &none;
	devm_alloc_etherdev_mqs(&pdev->dev, sizeof(struct priv), 1, 1);
	return devm_register_netdev(&pdev->dev, dev);
}

static struct platform_driver drv = { .probe = drv_probe };

THREAD(admin)
{
	struct net_device *dev = alloc_etherdev_mqs(sizeof(struct priv), 1, 1);
	struct net_device *again;

	one(alloc_netdev_mqs(sizeof(struct priv), "a%d", 0, ether_setup, 1, 1));
	one(alloc_netdev_mq(sizeof(struct priv), "a%d", 0, ether_setup, 1));
	one(alloc_etherdev_mq(sizeof(struct priv), 1));
	register_netdevice_notifier(&nb);
	dev->netdev_ops = &ops;
	netif_device_detach(dev);
	rtnl_net_lock(NULL);
	register_netdevice(dev);
	WARN_ON(events != 1 || dev_open(dev, NULL) != -ENODEV);
	rtnl_net_unlock(NULL);
	netif_device_attach(dev);
	again = netdev_get_by_name(NULL, "a0", NULL, GFP_KERNEL);
	netdev_put(again, NULL);
	again = dev_get_by_index(NULL, 1);
	netdev_hold(again, NULL, GFP_KERNEL);
	dev_put(again);
	netdev_put(again, NULL);
	again = netdev_get_by_index(NULL, 1, NULL, GFP_KERNEL);
	dev_put(again);
	netdev_lock(dev);
	netdev_unlock(dev);
	if (rtnl_trylock())
		rtnl_unlock();
	if (!rtnl_lock_interruptible())
		rtnl_unlock();
	if (!rtnl_lock_killable())
		rtnl_unlock();
	rtnl_lock();
	unregister_netdevice_queue(dev, NULL);
	unregister_netdevice_many(NULL);
	free_netdev(dev);
	rtnl_unlock();
	WARN_ON(events);
	unregister_netdevice_notifier(&nb);
	platform_driver_register(&drv);
	platform_driver_unregister(&drv);
}
