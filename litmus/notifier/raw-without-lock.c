/*
 * Result: use-after-free (listener)
 *
 * Does unregistering from a raw chain wait for a callback?
 * No. A raw chain is as safe as the lock that its owner holds around every call.
 */
#include <lastput.h>

static RAW_NOTIFIER_HEAD(chain);

struct listener {
	struct notifier_block nb;
	int seen;
};

static int event(struct notifier_block *nb, unsigned long action, void *data)
{
	container_of(nb, struct listener, nb)->seen = 1;
	return NOTIFY_DONE;
}

static struct listener *listener;

BOOT(setup)
{
	listener = kzalloc(sizeof(*listener), GFP_KERNEL);
	listener->nb.notifier_call = event;
	raw_notifier_chain_register(&chain, &listener->nb);
}

THREAD(caller)
{
	raw_notifier_call_chain(&chain, 1, NULL);
}

THREAD(user)
{
	raw_notifier_chain_unregister(&chain, &listener->nb);
	kfree(listener);
}
