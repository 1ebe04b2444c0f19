/*
 * Result: safe
 *
 * In which order are the callbacks of a chain called, and who stops it?
 * The highest priority first, equal ones as they were registered; NOTIFY_STOP_MASK in a result ends it.
 */
#include <lastput.h>

static int calls;

static int first(struct notifier_block *nb, unsigned long action, void *data)
{
	WARN_ON(calls++ != 0);
	return NOTIFY_OK;
}

static int second(struct notifier_block *nb, unsigned long action, void *data)
{
	WARN_ON(calls++ != 1);
	return NOTIFY_STOP;
}

static int never(struct notifier_block *nb, unsigned long action, void *data)
{
	WARN_ON(1);
	return NOTIFY_BAD;
}

static struct notifier_block high = { .notifier_call = first, .priority = 10 };
static struct notifier_block low = { .notifier_call = second };
static struct notifier_block last = { .notifier_call = never };
static RAW_NOTIFIER_HEAD(raw);
static SRCU_NOTIFIER_HEAD(srcu);
static BLOCKING_NOTIFIER_HEAD(blocking);
static ATOMIC_NOTIFIER_HEAD(atomic_head);

#define TRY(register, unregister, call, head) do {	\
	register(head, &low);				\
	register(head, &last);				\
	register(head, &high);				\
	calls = 0;					\
	WARN_ON(call(head, 1, NULL) != NOTIFY_STOP);	\
	WARN_ON(calls != 2);				\
	unregister(head, &high);			\
	unregister(head, &low);				\
	unregister(head, &last);			\
} while (0)

THREAD(user)
{
	BLOCKING_INIT_NOTIFIER_HEAD(&blocking);
	ATOMIC_INIT_NOTIFIER_HEAD(&atomic_head);
	RAW_INIT_NOTIFIER_HEAD(&raw);
	srcu_init_notifier_head(&srcu);
	TRY(raw_notifier_chain_register, raw_notifier_chain_unregister, raw_notifier_call_chain, &raw);
	TRY(blocking_notifier_chain_register, blocking_notifier_chain_unregister, blocking_notifier_call_chain, &blocking);
	TRY(atomic_notifier_chain_register, atomic_notifier_chain_unregister, atomic_notifier_call_chain, &atomic_head);
	TRY(srcu_notifier_chain_register, srcu_notifier_chain_unregister, srcu_notifier_call_chain, &srcu);
	srcu_cleanup_notifier_head(&srcu);
	WARN_ON(notifier_to_errno(notifier_from_errno(-EINVAL)) != -EINVAL);
	WARN_ON(notifier_to_errno(notifier_from_errno(0)));
}
