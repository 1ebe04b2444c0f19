/*
 * Result: unmapped-text (drv), use-after-free (drv)
 *
 * Can a function of a module protect itself with try_module_get(THIS_MODULE)?
 * No. To call it, it must already run, and nothing has pinned the module so far: the text may go before the call, and
 * after a failed one it must still return.
 *
 * Taught by the comment above try_module_get() in include/linux/module.h.
 */
#include <lastput.h>

/* Built-in code that calls what was registered, and holds nothing meanwhile. */
static int (*callback)(void);

static void core_call(void)
{
	int (*func)(void) = callback;

	if (func)
		func();
}

MODULE(drv);

static int drv_callback(void)
{
	if (!try_module_get(THIS_MODULE))
		return -ENODEV;
	module_put(THIS_MODULE);
	return 0;
}

static int drv_init(void)
{
	callback = drv_callback;
	return 0;
}

static void drv_exit(void)
{
	callback = NULL;
}

module_init(drv_init);
module_exit(drv_exit);

THREAD(user)
{
	core_call();
}

THREAD(admin)
{
	rmmod("drv");
}
