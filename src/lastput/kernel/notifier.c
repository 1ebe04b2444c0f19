/*
 * Notifier chains.
 *
 * Models kernel/notifier.c (6.12). What blocks: registering and unregistering on a blocking chain wait for the
 * callbacks that run, on the chain's rwsem; on an SRCU chain, unregistering does. On an atomic chain the
 * callbacks are RCU readers, and unregistering waits for a grace period.
 *
 * Left out: priorities (newest first); stopping a chain early.
 */

struct notifier_block {
	int (*notifier_call)(struct notifier_block *nb, unsigned long action, void *data);
	struct notifier_block *next;
	int priority;
};

struct blocking_notifier_head {
	struct rw_semaphore rwsem;
	struct notifier_block *head;
};

struct atomic_notifier_head {
	spinlock_t lock;
	struct notifier_block *head;
};

#define NOTIFY_DONE 0
#define NOTIFY_OK 1
#define BLOCKING_NOTIFIER_HEAD(name) struct blocking_notifier_head name
#define ATOMIC_NOTIFIER_HEAD(name) struct atomic_notifier_head name

/* notifier_chain_unregister(), kernel/notifier.c:47: 0 or -ENOENT; in a block */
static inline int __notifier_unlink(struct notifier_block **link, struct notifier_block *nb)
{
	int ret = -ENOENT;

	while (*link && *link != nb)
		link = &(*link)->next;
	if (*link) {
		*link = nb->next;
		ret = 0;
	}
	return ret;
}

/* kernel/notifier.c:73 */
static int notifier_call_chain(struct notifier_block *nb, unsigned long action, void *data)
{
	struct notifier_block *next;

	while (nb) {
		next = nb->next;
		nb->notifier_call(nb, action, data);
		nb = next;
	}
	return NOTIFY_DONE;
}

/* kernel/notifier.c:287 */
static int blocking_notifier_chain_register(struct blocking_notifier_head *nh, struct notifier_block *nb)
{
	down_write(&nh->rwsem);
	plain {
		nb->next = nh->head;
		nh->head = nb;
	}
	up_write(&nh->rwsem);
	return 0;
}

/* kernel/notifier.c:321 */
static int blocking_notifier_chain_unregister(struct blocking_notifier_head *nh, struct notifier_block *nb)
{
	int ret;

	down_write(&nh->rwsem);
	plain { ret = __notifier_unlink(&nh->head, nb); }
	up_write(&nh->rwsem);
	return ret;
}

/* kernel/notifier.c:376 */
static int blocking_notifier_call_chain(struct blocking_notifier_head *nh, unsigned long action, void *data)
{
	int ret;

	down_read(&nh->rwsem);
	ret = notifier_call_chain(nh->head, action, data);
	up_read(&nh->rwsem);
	return ret;
}

/* kernel/notifier.c:149 */
static int atomic_notifier_chain_register(struct atomic_notifier_head *nh, struct notifier_block *nb)
{
	spin_lock(&nh->lock);
	plain {
		nb->next = nh->head;
		nh->head = nb;
	}
	spin_unlock(&nh->lock);
	return 0;
}

/* kernel/notifier.c:194 */
static int atomic_notifier_chain_unregister(struct atomic_notifier_head *nh, struct notifier_block *nb)
{
	int ret;

	spin_lock(&nh->lock);
	plain { ret = __notifier_unlink(&nh->head, nb); }
	spin_unlock(&nh->lock);
	synchronize_rcu();
	return ret;
}

/* kernel/notifier.c:225 */
static int atomic_notifier_call_chain(struct atomic_notifier_head *nh, unsigned long action, void *data)
{
	int ret;

	rcu_read_lock();
	ret = notifier_call_chain(nh->head, action, data);
	rcu_read_unlock();
	return ret;
}
