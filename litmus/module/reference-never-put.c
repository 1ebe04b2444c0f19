/*
 * Result: leak (drv)
 *
 * What if an ioctl() fails after it has taken a reference of its module?
 * Nobody puts it, and the module can never be unloaded.
 */
#include <lastput.h>

MODULE(drv);

static int broken;

static int drv_start(void)
{
	if (!try_module_get(THIS_MODULE))
		return -ENODEV;
	if (READ_ONCE(broken))
		return -EIO;
	module_put(THIS_MODULE);
	return 0;
}

MODULE(vmlinux);

BOOT(device)
{
	broken = 1;
}

THREAD(user)
{
	drv_start();
}
