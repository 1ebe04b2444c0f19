/*
 * NAPI: polling a network device in softirq context.
 *
 * Models net/core/dev.c (6.12). A scheduled poll function runs any time later; one of them at a time, again if it
 * has used its budget. What blocks: napi_disable() until no poll is scheduled or runs; a second one without a
 * napi_enable() between is for ever. napi_schedule() does nothing while disabled.
 *
 * Left out: GRO, busy polling, threaded polling; several CPUs that poll.
 */

struct napi_struct {
	int pending;			/* on a poll list */
	int sched;			/* NAPI_STATE_SCHED: scheduled, running, or disabled */
	int disable;			/* NAPI_STATE_DISABLE */
	int missed;
	int listed;
	int (*poll)(struct napi_struct *napi, int budget);
	struct net_device *dev;
};

#define NAPI_POLL_WEIGHT 64

/* net/core/dev.c:6821: disabled until napi_enable() */
static void netif_napi_add(struct net_device *dev, struct napi_struct *napi,
			   int (*poll)(struct napi_struct *napi, int budget), ...)
{
	plain {
		napi->pending = 0;
		napi->sched = 1;
		napi->disable = 0;
		napi->missed = 0;
		napi->listed = 1;
		napi->poll = poll;
		napi->dev = dev;
	}
}

#define netif_napi_add_weight(net, napi, poll, weight) netif_napi_add(net, napi, poll)
#define netif_napi_add_tx(net, napi, poll) netif_napi_add(net, napi, poll)

/* net/core/dev.c:6364 */
static bool napi_schedule_prep(struct napi_struct *napi)
{
	bool ret = false;

	atomic {
		if (!napi->disable) {
			ret = !napi->sched;
			napi->missed = napi->sched;
			napi->sched = 1;
		}
	}
	return ret;
}

/* net/core/dev.c:6345 */
static void __napi_schedule(struct napi_struct *napi)
{
	atomic { napi->pending = 1; }
}

/* include/linux/netdevice.h:519 */
static bool napi_schedule(struct napi_struct *napi)
{
	bool ret = napi_schedule_prep(napi);

	if (ret)
		__napi_schedule(napi);
	return ret;
}

#define __napi_schedule_irqoff(napi) __napi_schedule(napi)
#define napi_schedule_irqoff(napi) napi_schedule(napi)

/* net/core/dev.c:6406: polled again if it was scheduled meanwhile */
static bool napi_complete_done(struct napi_struct *napi, int work_done)
{
	bool ret;

	atomic {
		ret = !napi->missed;
		napi->sched = napi->missed;
		napi->pending = napi->missed;
		napi->missed = 0;
	}
	return ret;
}

#define napi_complete(napi) napi_complete_done(napi, 0)

/* net/core/dev.c:6860, which polls for it */
static void napi_disable(struct napi_struct *napi)
{
	might_sleep();
	atomic { napi->disable = 1; }
	SLEEP_UNTIL(atomic, !napi->sched, napi->sched = 1; napi->disable = 0);
}

/* net/core/dev.c:6891 */
static void napi_enable(struct napi_struct *napi)
{
	atomic {
		if (!napi->sched)
			fail(WARN, napi, "kernel BUG at napi_enable(): it was not disabled");
		napi->sched = 0;
	}
}

/* net/core/dev.c:6919: waits for nothing */
static void __netif_napi_del(struct napi_struct *napi)
{
	plain { napi->listed = 0; }
}

/* include/linux/netdevice.h:2700 */
static void netif_napi_del(struct napi_struct *napi)
{
	__netif_napi_del(napi);
	synchronize_net();
}

/* What free_netdev() does with the NAPIs of the device. */
static void netdev_del_napis(struct net_device *dev)
{
	struct napi_struct *napi;
	int found = 0;

	plain {
		for_each_instance(struct napi_struct, napi) {
			if (napi->listed && napi->dev == dev) {
				napi->listed = 0;
				found = 1;
			}
		}
	}
	if (found)
		synchronize_net();
}

/* net/core/dev.c:6938 */
static void __napi_poll(struct napi_struct *napi, int (*poll)(struct napi_struct *napi, int budget))
{
	int work = poll(napi, NAPI_POLL_WEIGHT);

	atomic {
		if (work >= NAPI_POLL_WEIGHT)
			napi->pending = 1;
		__leave_context();
	}
}

DAEMON(napi_softirq, 1, __napi_schedule) {
	struct napi_struct *napi;
	int (*poll)(struct napi_struct *napi, int budget);

	for (;;) {
		atomic {
			napi = pick_idle(struct napi_struct, pending);
			napi->pending = 0;
			poll = napi->poll;
			__enter_context(1);
		}
		__napi_poll(napi, poll);
	}
}
