/*
 * Network devices: rtnl, opening and closing, registration and the end.
 *
 * Models net/core/{dev,rtnetlink}.c (6.12). rtnl is held around ndo_init, ndo_open, ndo_stop, ndo_uninit and the
 * notifiers. What blocks: rtnl_lock(); closing a device until no transmission runs (a grace period);
 * unregister_netdevice() in ndo_stop and two grace periods; and rtnl_unlock() after it until all RCU callbacks have run
 * and nobody holds the device (dev_hold()): a forgotten dev_put() hangs here. An interrupt, a timer or a
 * work item of the driver is waited for by nobody but, if it runs with preemption off, by the grace periods.
 *
 * The private area is an object of its own that goes with free_netdev().
 *
 * Left out: queues, addresses, features, namespaces, upper devices, sysfs of the device, carrier; the list that
 * unregister_netdevice_queue() takes is nothing.
 */

enum netreg_state {
	NETREG_UNINITIALIZED,
	NETREG_REGISTERED,
	NETREG_UNREGISTERING,
	NETREG_UNREGISTERED,
	NETREG_RELEASED,
};

struct net_device_ops {
	int (*ndo_init)(struct net_device *dev);
	void (*ndo_uninit)(struct net_device *dev);
	int (*ndo_open)(struct net_device *dev);
	int (*ndo_stop)(struct net_device *dev);
	int (*ndo_start_xmit)(struct sk_buff *skb, struct net_device *dev);
	void (*ndo_tx_timeout)(struct net_device *dev, unsigned int queue);
	int (*ndo_change_mtu)(struct net_device *dev, int mtu);
	int (*ndo_eth_ioctl)(struct net_device *dev, struct ifreq *ifr, int cmd);
	int (*ndo_siocdevprivate)(struct net_device *dev, struct ifreq *ifr, void *data, int cmd);
	void (*ndo_set_rx_mode)(struct net_device *dev);
	void (*ndo_get_stats64)(struct net_device *dev, struct rtnl_link_stats64 *stats);
};

struct net_device {
	int user_events;		/* netdev_users.c */
	int softirq_events;
	struct device dev;
	const struct net_device_ops *netdev_ops;
	const void *ethtool_ops;
	int reg_state;
	int running;			/* __LINK_STATE_START */
	int flags;
	int detached;
	int refcnt;
	int todo;
	int needs_free_netdev;
	void (*priv_destructor)(struct net_device *dev);
	void *priv;
	struct mutex lock;
};

#define IFF_UP 1
#define NETDEV_TX_OK 0
#define NETDEV_TX_BUSY 16
#define NETDEV_UP 1
#define NETDEV_DOWN 2
#define NETDEV_REGISTER 5
#define NETDEV_UNREGISTER 6
#define NETDEV_GOING_DOWN 9
#define netdev_tx_t int
#define SET_NETDEV_DEV(net, parent_dev) ((net)->dev.parent = (parent_dev))
#define netdev_priv(net) (((struct net_device *)(net))->priv)
#define netif_running(net) ((net)->running != 0)
#define netif_device_present(net) (!(net)->detached)
#define netif_device_detach(net) ((net)->detached = 1)
#define netif_device_attach(net) ((net)->detached = 0)

static DEFINE_MUTEX(rtnl_mutex);
static int net_todo;
static struct raw_notifier_head netdev_chain;

#define rtnl_lock() mutex_lock(&rtnl_mutex)
#define rtnl_trylock() mutex_trylock(&rtnl_mutex)
#define rtnl_lock_interruptible() mutex_lock_interruptible(&rtnl_mutex)
#define rtnl_lock_killable() mutex_lock_interruptible(&rtnl_mutex)
#define rtnl_is_locked() mutex_is_locked(&rtnl_mutex)
#define rtnl_net_lock(net) rtnl_lock()
#define rtnl_net_unlock(net) rtnl_unlock()
#define __rtnl_unlock() mutex_unlock(&rtnl_mutex)
#define ASSERT_RTNL() lockdep_assert_held(&rtnl_mutex)
#define lockdep_rtnl_is_held() 1
#define rtnl_dereference(p) (p)
#define netdev_lock(net) mutex_lock(&(net)->lock)
#define netdev_unlock(net) mutex_unlock(&(net)->lock)
#define call_netdevice_notifiers(event, net) raw_notifier_call_chain(&netdev_chain, event, net)
#define netdev_notifier_info_to_dev(info) ((struct net_device *)(info))

/* include/linux/netdevice.h:4173, :4182 */
static void dev_hold(struct net_device *dev)
{
	if (dev) {
		atomic {
			if (dev->reg_state == NETREG_RELEASED || dev->refcnt == 0)
				warn(REFCOUNT_FROM_ZERO, dev, "dev_hold() of a device that nobody holds");
			dev->refcnt++;
		}
	}
}

static void dev_put(struct net_device *dev)
{
	if (dev) {
		atomic {
			if (dev->refcnt == 0)
				warn(REFCOUNT_UNDERFLOW, dev, "dev_put() of a device that nobody holds");
			else
				dev->refcnt--;
		}
	}
}

#define netdev_hold(net, tracker, flags) dev_hold(net)
#define netdev_put(net, tracker) dev_put(net)

/* net/core/net-sysfs.c:2024 */
static void netdev_release(struct device *d)
{
	struct net_device *dev = container_of(d, struct net_device, dev);

	kfree(dev->priv);
	kfree(dev);
}

/* net/core/dev.c:11313: the private area is allocated apart */
static struct net_device *__alloc_netdev(void)
{
	struct net_device *dev = kzalloc(sizeof(*dev), GFP_KERNEL);

	if (dev) {
		device_initialize(&dev->dev);
		dev->dev.release = netdev_release;
		dev->refcnt = 1;
	}
	return dev;
}

#define __alloc_netdev_priv(size, ...) ({			\
	struct net_device *__net = __alloc_netdev();		\
	if (__net) {						\
		__net->priv = __alloc(size);			\
		__VA_ARGS__;					\
	}							\
	__net;							\
})

/* alloc_netdev_mqs(), net/core/dev.c:11313 */
static void __setup_netdev(struct net_device *dev, void (*setup)(struct net_device *dev))
{
	setup(dev);
}

#define alloc_netdev(size, name, assign, setup) __alloc_netdev_priv(size, __setup_netdev(__net, setup))
#define alloc_netdev_mqs(size, name, assign, setup, txqs, rxqs) __alloc_netdev_priv(size, __setup_netdev(__net, setup))
#define alloc_netdev_mq(size, name, assign, setup, count) __alloc_netdev_priv(size, __setup_netdev(__net, setup))
#define alloc_etherdev(size) __alloc_netdev_priv(size)
#define alloc_etherdev_mq(size, count) __alloc_netdev_priv(size)
#define alloc_etherdev_mqs(size, txqs, rxqs) __alloc_netdev_priv(size)

/* net/core/dev.c:11440: put off to rtnl_unlock() while the device is being unregistered */
static void free_netdev(struct net_device *dev)
{
	might_sleep();
	if (dev->reg_state == NETREG_UNREGISTERING) {
		dev->needs_free_netdev = 1;
		return;
	}
	netdev_del_napis(dev);
	plain {
		if (dev->reg_state != NETREG_UNINITIALIZED && dev->reg_state != NETREG_UNREGISTERED)
			fail(WARN, dev, "kernel BUG at free_netdev(): the device is still registered");
		dev->reg_state = NETREG_RELEASED;
	}
	put_device(&dev->dev);
}

/* net/core/dev.c:1519; under rtnl */
static int dev_open(struct net_device *dev, struct netlink_ext_ack *extack)
{
	const struct net_device_ops *ops = dev->netdev_ops;
	int ret = 0;

	ASSERT_RTNL();
	if (dev->flags & IFF_UP)
		return 0;
	if (!netif_device_present(dev))
		return -ENODEV;
	dev->running = 1;
	if (ops->ndo_open)
		ret = ops->ndo_open(dev);
	if (ret) {
		dev->running = 0;
		return ret;
	}
	dev->flags |= IFF_UP;
	call_netdevice_notifiers(NETDEV_UP, dev);
	return 0;
}

/* __dev_close_many(), net/core/dev.c:1599, with dev_deactivate_many() */
static void dev_close(struct net_device *dev)
{
	const struct net_device_ops *ops = dev->netdev_ops;

	ASSERT_RTNL();
	might_sleep();
	if (!(dev->flags & IFF_UP))
		return;
	call_netdevice_notifiers(NETDEV_GOING_DOWN, dev);
	dev->running = 0;
	synchronize_net();
	if (ops->ndo_stop)
		ops->ndo_stop(dev);
	dev->flags &= ~IFF_UP;
	call_netdevice_notifiers(NETDEV_DOWN, dev);
}

/* net/core/dev.c:10598; under rtnl. On failure the caller has to free the device. */
static int register_netdevice(struct net_device *dev)
{
	int ret = 0;

	ASSERT_RTNL();
	if (dev->netdev_ops->ndo_init)
		ret = dev->netdev_ops->ndo_init(dev);
	if (ret)
		return ret;
	if (__request_fails()) {
		if (dev->netdev_ops->ndo_uninit)
			dev->netdev_ops->ndo_uninit(dev);
		if (dev->priv_destructor)
			dev->priv_destructor(dev);
		return -EEXIST;
	}
	atomic {
		dev->reg_state = NETREG_REGISTERED;
		dev->user_events = NR_EVENTS;
		if (dev->netdev_ops->ndo_start_xmit || dev->netdev_ops->ndo_tx_timeout ||
		    dev->netdev_ops->ndo_get_stats64)
			dev->softirq_events = NR_EVENTS;
	}
	call_netdevice_notifiers(NETDEV_REGISTER, dev);
	return 0;
}
