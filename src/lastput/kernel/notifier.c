/*
 * Notifier chains.
 *
 * Models kernel/notifier.c (6.12). What blocks: registering and unregistering on a blocking chain wait for the
 * callbacks that run, on the chain's rwsem; on an SRCU chain, unregistering does. On an atomic chain the
 * callbacks are RCU readers, and unregistering waits for a grace period. A raw chain has no protection of its own.
 *
 * Left out: chains of unique priorities, robust calls.
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

struct raw_notifier_head {
	struct notifier_block *head;
};

struct srcu_notifier_head {
	struct mutex mutex;
	struct srcu_struct srcu;
	struct notifier_block *head;
};

#define NOTIFY_DONE 0
#define NOTIFY_OK 1
#define NOTIFY_STOP_MASK 0x8000
#define NOTIFY_BAD (NOTIFY_STOP_MASK | 2)
#define NOTIFY_STOP (NOTIFY_OK | NOTIFY_STOP_MASK)
#define notifier_from_errno(err) ((err) ? NOTIFY_STOP_MASK | (NOTIFY_OK - (err)) : NOTIFY_OK)
#define notifier_to_errno(ret) (((ret) & ~NOTIFY_STOP_MASK) > NOTIFY_OK ? NOTIFY_OK - ((ret) & ~NOTIFY_STOP_MASK) : 0)
#define BLOCKING_NOTIFIER_HEAD(name) struct blocking_notifier_head name
#define ATOMIC_NOTIFIER_HEAD(name) struct atomic_notifier_head name
#define RAW_NOTIFIER_HEAD(name) struct raw_notifier_head name
#define SRCU_NOTIFIER_HEAD(name) struct srcu_notifier_head name
#define BLOCKING_INIT_NOTIFIER_HEAD(nh) do { init_rwsem(&(nh)->rwsem); (nh)->head = NULL; } while (0)
#define ATOMIC_INIT_NOTIFIER_HEAD(nh) do { spin_lock_init(&(nh)->lock); (nh)->head = NULL; } while (0)
#define RAW_INIT_NOTIFIER_HEAD(nh) ((nh)->head = NULL)

/* notifier_chain_register(), kernel/notifier.c:25: by falling priority; 0 or -EEXIST; in a block */
static inline int __notifier_link(struct notifier_block **link, struct notifier_block *nb)
{
	int ret = 0;

	while (*link && *link != nb && nb->priority <= (*link)->priority)
		link = &(*link)->next;
	if (*link == nb) {
		warn(WARN, nb, "notifier callback already registered");
		ret = -EEXIST;
	} else {
		nb->next = *link;
		*link = nb;
	}
	return ret;
}

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
	int ret = NOTIFY_DONE;

	while (nb) {
		next = nb->next;
		ret = nb->notifier_call(nb, action, data);
		if (ret & NOTIFY_STOP_MASK)
			break;
		nb = next;
	}
	return ret;
}

/* kernel/notifier.c:287 */
static int blocking_notifier_chain_register(struct blocking_notifier_head *nh, struct notifier_block *nb)
{
	int ret;

	down_write(&nh->rwsem);
	plain { ret = __notifier_link(&nh->head, nb); }
	up_write(&nh->rwsem);
	return ret;
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
	int ret;

	spin_lock(&nh->lock);
	plain { ret = __notifier_link(&nh->head, nb); }
	spin_unlock(&nh->lock);
	return ret;
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

/* kernel/notifier.c:410; who calls these three sees to it that they exclude each other */
static int raw_notifier_chain_register(struct raw_notifier_head *nh, struct notifier_block *nb)
{
	int ret;

	plain { ret = __notifier_link(&nh->head, nb); }
	return ret;
}

static int raw_notifier_chain_unregister(struct raw_notifier_head *nh, struct notifier_block *nb)
{
	int ret;

	plain { ret = __notifier_unlink(&nh->head, nb); }
	return ret;
}

#define raw_notifier_call_chain(nh, action, data) notifier_call_chain((nh)->head, action, data)

/* kernel/notifier.c:572 */
static void srcu_init_notifier_head(struct srcu_notifier_head *nh)
{
	mutex_init(&nh->mutex);
	init_srcu_struct(&nh->srcu);
	nh->head = NULL;
}

#define srcu_cleanup_notifier_head(nh) cleanup_srcu_struct(&(nh)->srcu)

/* kernel/notifier.c:480 */
static int srcu_notifier_chain_register(struct srcu_notifier_head *nh, struct notifier_block *nb)
{
	int ret;

	mutex_lock(&nh->mutex);
	plain { ret = __notifier_link(&nh->head, nb); }
	mutex_unlock(&nh->mutex);
	return ret;
}

/* kernel/notifier.c:510 */
static int srcu_notifier_chain_unregister(struct srcu_notifier_head *nh, struct notifier_block *nb)
{
	int ret;

	mutex_lock(&nh->mutex);
	plain { ret = __notifier_unlink(&nh->head, nb); }
	mutex_unlock(&nh->mutex);
	synchronize_srcu(&nh->srcu);
	return ret;
}

/* kernel/notifier.c:547 */
static int srcu_notifier_call_chain(struct srcu_notifier_head *nh, unsigned long action, void *data)
{
	int idx = srcu_read_lock(&nh->srcu);
	int ret = notifier_call_chain(nh->head, action, data);

	srcu_read_unlock(&nh->srcu, idx);
	return ret;
}
