/*
 * Network devices: who uses them.
 *
 * Models net/core/{dev,dev_ioctl}.c, net/sched/sch_generic.c (6.12). A registered device is opened, and then closed
 * or asked for something under rtnl, NR_EVENTS times in all. While it is open and present, packets are sent, its
 * transmission times out, or its statistics are read, each in softirq context or as an RCU reader, NR_EVENTS times.
 *
 * Left out: ethtool; a packet that comes in (napi.c); that a transmission and a timeout run at the same time.
 */

/* One request of a user, under rtnl. What the driver does not know is a close. */
static void __netdev_request(struct net_device *dev, int request)
{
	const struct net_device_ops *ops = dev->netdev_ops;

	if (!(dev->flags & IFF_UP))
		dev_open(dev, NULL);
	else if (request == 1 && ops->ndo_change_mtu)
		ops->ndo_change_mtu(dev, 1500);
	else if (request == 2 && ops->ndo_eth_ioctl)
		ops->ndo_eth_ioctl(dev, NULL, 1);
	else if (request == 3 && ops->ndo_siocdevprivate)
		ops->ndo_siocdevprivate(dev, NULL, NULL, 1);
	else if (request == 4 && ops->ndo_set_rx_mode)
		ops->ndo_set_rx_mode(dev);
	else
		dev_close(dev);
}

/* dev_ioctl(), net/core/dev_ioctl.c:654 */
DAEMON(net_user, 1, register_netdevice) {
	struct net_device *dev;
	int request;

	for (;;) {
		acquire {
			dev = pick_idle(struct net_device, user_events);
			wait_idle(!rtnl_mutex.owner);
			rtnl_mutex.owner = current;
			current->held++;
			dev->user_events--;
		}
		plain { request = choose(5); }
		__netdev_request(dev, request);
		__rtnl_unlock();
		return_to_user();
	}
}

TOKEN_STRUCT(sk_buff);
POOL(struct sk_buff, 4);
POOL_MAY_LEAK(struct sk_buff);		/* a driver may keep packets in its ring */
TOKEN(sk_buff, __not_null)

/* net/core/skbuff.c:652 */
TOKEN_FIND(sk_buff, NULL, alloc_skb)
TOKEN_FIND(sk_buff, NULL, netdev_alloc_skb)
TOKEN_FIND(sk_buff, NULL, dev_alloc_skb)
TOKEN_GET(sk_buff, skb_get)
/* sk_skb_reason_drop(), net/core/skbuff.c:1234, :1428 */
TOKEN_PUT(sk_buff, kfree_skb)
TOKEN_PUT(sk_buff, consume_skb)
TOKEN_PUT(sk_buff, dev_kfree_skb)
TOKEN_PUT(sk_buff, dev_kfree_skb_any)
TOKEN_PUT(sk_buff, dev_kfree_skb_irq)
TOKEN_PUT(sk_buff, dev_consume_skb_any)

/* __dev_queue_xmit(), net/core/dev.c:4494, dev_watchdog(), net/sched/sch_generic.c:507, dev_get_stats(), net/core/dev.c:11154 */
static void __netdev_softirq(struct net_device *dev, int event)
{
	const struct net_device_ops *ops = dev->netdev_ops;
	struct sk_buff *skb;

	if (event == 2 && ops->ndo_get_stats64) {
		ops->ndo_get_stats64(dev, NULL);
	} else if (!dev->running || dev->detached) {
		return;
	} else if (event == 1 && ops->ndo_tx_timeout) {
		ops->ndo_tx_timeout(dev, 0);
	} else if (ops->ndo_start_xmit) {
		skb = __new_sk_buff(0);
		if (ops->ndo_start_xmit(skb, dev) == NETDEV_TX_BUSY)
			kfree_skb(skb);
	}
}

DAEMON(net_softirq, 1, register_netdevice) {
	struct net_device *dev;
	int event;

	for (;;) {
		atomic {
			dev = pick_idle(struct net_device, softirq_events);
			wait_idle(dev->flags & IFF_UP);
			dev->softirq_events--;
			__enter_context(1);
		}
		plain { event = choose(3); }
		__netdev_softirq(dev, event);
		atomic {
			__leave_context();
		}
	}
}
