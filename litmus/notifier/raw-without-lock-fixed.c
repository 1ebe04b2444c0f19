/*
 * Result: safe
 *
 * Which chain waits for its callbacks, but may be called anywhere in process context?
 * One of SRCU: unregistering waits for the readers, and no lock is held during the calls.
 */
#include <lastput.h>

static SRCU_NOTIFIER_HEAD(chain);

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
	srcu_notifier_chain_register(&chain, &listener->nb);
}

THREAD(caller)
{
	srcu_notifier_call_chain(&chain, 1, NULL);
}

THREAD(user)
{
	srcu_notifier_chain_unregister(&chain, &listener->nb);
	kfree(listener);
}
