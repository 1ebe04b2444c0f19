/*
 * Result: safe
 *
 * Can the module be unloaded if each way out of its ioctl() puts the reference?
 */
#include <lastput.h>

MODULE(drv);

static int broken;

static int drv_start(void)
{
	int ret = 0;

	if (!try_module_get(THIS_MODULE))
		return -ENODEV;
	if (READ_ONCE(broken))
		ret = -EIO;
	module_put(THIS_MODULE);
	return ret;
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
