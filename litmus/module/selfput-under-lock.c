/*
 * Result: safe
 *
 * May a callback that runs under a lock put its own module?
 * Yes, if the exit function takes that lock after the put, as its unregister function does here. Class LK: the
 * put lets delete_module() begin, but exit() cannot end before the callback has returned to whom holds the lock.
 */
#include <lastput.h>

static DEFINE_MUTEX(nfnl);
static void (*nfnl_callback)(void);

static void nfnl_call(void)
{
	mutex_lock(&nfnl);
	if (nfnl_callback)
		nfnl_callback();
	mutex_unlock(&nfnl);
}

static void nfnl_register(void (*callback)(void))
{
	mutex_lock(&nfnl);
	nfnl_callback = callback;
	mutex_unlock(&nfnl);
}

MODULE(nft);

static int used = 1;

static void nft_callback(void)
{
	if (used) {
		used = 0;
		module_put(THIS_MODULE);
	}
}

static int nft_init(void)
{
	__module_get(THIS_MODULE);
	nfnl_register(nft_callback);
	return 0;
}

static void nft_exit(void)
{
	nfnl_register(NULL);
}

module_init(nft_init);
module_exit(nft_exit);

THREAD(user)
{
	nfnl_call();
}

THREAD(admin)
{
	rmmod("nft");
}
