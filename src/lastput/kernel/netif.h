/*
 * What a network driver tells the stack of its queues and its carrier, and its messages.
 *
 * Models include/linux/netdevice.h (6.12). A queue that is stopped gets no packets in the kernel; here it may, as one
 * that the stack has taken before. So these only touch the device: it must be alive. Nothing blocks, but for
 * netif_tx_disable(), which waits for whoever transmits: left out.
 */

#define __netif_touch(dev) ((void)(dev)->flags)

/* include/linux/netdevice.h:3373 and :4266 */
#define netif_start_queue(dev) __netif_touch(dev)
#define netif_stop_queue(dev) __netif_touch(dev)
#define netif_wake_queue(dev) __netif_touch(dev)
#define netif_queue_stopped(dev) (__netif_touch(dev), 0)
#define netif_tx_start_all_queues(dev) __netif_touch(dev)
#define netif_tx_stop_all_queues(dev) __netif_touch(dev)
#define netif_tx_wake_all_queues(dev) __netif_touch(dev)
#define netif_carrier_on(dev) __netif_touch(dev)
#define netif_carrier_off(dev) __netif_touch(dev)
#define netif_carrier_ok(dev) (__netif_touch(dev), 1)
#define netif_trans_update(dev) __netif_touch(dev)

#define netdev_err(...) ((void)0)
#define netdev_warn(...) ((void)0)
#define netdev_info(...) ((void)0)
#define netdev_dbg(...) ((void)0)
#define netdev_notice(...) ((void)0)

/* net/ethernet/eth.c:342 */
static void ether_setup(struct net_device *dev)
{
}
