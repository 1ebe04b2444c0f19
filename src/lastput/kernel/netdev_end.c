/*
 * Network devices: how they go.
 *
 * Models net/core/dev.c (6.12): see netdev.c.
 *
 * Left out: as there.
 */

/* unregister_netdevice_many_notify(), net/core/dev.c:11580; under rtnl. What is left of it is done by rtnl_unlock(). */
static void unregister_netdevice(struct net_device *dev)
{
	ASSERT_RTNL();
	plain {
		if (dev->reg_state != NETREG_REGISTERED)
			warn(WARN, dev, "unregister_netdevice() of a device that is not registered");
	}
	if (dev->reg_state != NETREG_REGISTERED)
		return;
	dev_close(dev);
	atomic {
		dev->reg_state = NETREG_UNREGISTERING;
		dev->user_events = 0;
		dev->softirq_events = 0;
	}
	synchronize_net();
	call_netdevice_notifiers(NETDEV_UNREGISTER, dev);
	if (dev->netdev_ops->ndo_uninit)
		dev->netdev_ops->ndo_uninit(dev);
	synchronize_net();
	atomic {
		dev->refcnt--;
		dev->todo = 1;
		net_todo++;
	}
}

#define unregister_netdevice_queue(net, head) unregister_netdevice(net)
#define unregister_netdevice_many(head) ((void)(head))

/* A device that rtnl_unlock() still has to finish, or NULL. */
static struct net_device *__net_todo(void)
{
	struct net_device *dev;
	struct net_device *found = NULL;

	atomic {
		for_each_instance(struct net_device, dev) {
			if (dev->todo && !found)
				found = dev;
		}
		if (found) {
			found->todo = 0;
			net_todo--;
		}
	}
	return found;
}

/* net/core/dev.c:10977 and netdev_wait_allrefs_any(), :10885; the last step of rtnl_unlock() */
static void netdev_run_todo(void)
{
	struct net_device *dev;

	if (!net_todo) {
		__rtnl_unlock();
		return;
	}
	dev = __net_todo();
	__rtnl_unlock();
	rcu_barrier();
	SLEEP_UNTIL(atomic, !dev->refcnt, dev->reg_state = NETREG_UNREGISTERED);
	if (dev->priv_destructor)
		dev->priv_destructor(dev);
	if (dev->needs_free_netdev)
		free_netdev(dev);
}

#define rtnl_unlock() netdev_run_todo()

/* net/core/dev.c:10843 */
static int register_netdev(struct net_device *dev)
{
	int ret;

	rtnl_lock();
	ret = register_netdevice(dev);
	rtnl_unlock();
	return ret;
}

/* net/core/dev.c:11716 */
static void unregister_netdev(struct net_device *dev)
{
	rtnl_lock();
	unregister_netdevice(dev);
	rtnl_unlock();
}

/* net/devres.c:67, :21 */
static void devm_unregister_netdev(void *dev)
{
	unregister_netdev(dev);
}

static int devm_register_netdev(struct device *dev, struct net_device *ndev)
{
	int ret = register_netdev(ndev);

	if (!ret)
		devres_add(dev, devm_unregister_netdev, ndev);
	return ret;
}

static void devm_free_netdev(void *dev)
{
	free_netdev(dev);
}

static struct net_device *__devm_netdev(struct device *dev, struct net_device *ndev)
{
	if (ndev)
		devres_add(dev, devm_free_netdev, ndev);
	return ndev;
}

#define devm_alloc_etherdev(dev, size) __devm_netdev(dev, __alloc_netdev_priv(size))
#define devm_alloc_etherdev_mqs(dev, size, txqs, rxqs) __devm_netdev(dev, __alloc_netdev_priv(size))

/* net/core/dev.c:1841: the callbacks run under rtnl */
static int register_netdevice_notifier(struct notifier_block *nb)
{
	int ret;

	rtnl_lock();
	ret = raw_notifier_chain_register(&netdev_chain, nb);
	rtnl_unlock();
	return ret;
}

/* net/core/dev.c:1888 */
static int unregister_netdevice_notifier(struct notifier_block *nb)
{
	int ret;

	rtnl_lock();
	ret = raw_notifier_chain_unregister(&netdev_chain, nb);
	rtnl_unlock();
	return ret;
}

/* net/core/dev.c:867: a registered device with a reference, or NULL */
static struct net_device *netdev_get_by_name(void *net, const char *name, ...)
{
	struct net_device *dev;
	struct net_device *found = NULL;

	atomic {
		for_each_instance(struct net_device, dev) {
			if (dev->reg_state == NETREG_REGISTERED && !found)
				found = dev;
		}
		if (found)
			found->refcnt++;
	}
	return found;
}

#define dev_get_by_name(net, name) netdev_get_by_name(net, name)
#define dev_get_by_index(net, index) netdev_get_by_name(net, NULL)
#define netdev_get_by_index(net, index, ...) netdev_get_by_name(net, NULL)
