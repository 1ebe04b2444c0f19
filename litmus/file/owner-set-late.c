/*
 * Result: warn (drv)
 *
 * May .owner of an operations table be set while a file is open?
 * No. The owner is read again when the file ends: a reference that was never taken is put, here the base
 * reference of the module, which rmmod finds missing.
 */
#include <lastput.h>

MODULE(drv);

static struct file_operations drv_fops;
static struct miscdevice dev = { .name = "drv", .fops = &drv_fops };

static int drv_init(void)
{
	return misc_register(&dev);
}

static void drv_exit(void)
{
	misc_deregister(&dev);
}

module_init(drv_init);
module_exit(drv_exit);

THREAD(user)
{
	fd_t fd = open("/dev/drv");

	drv_fops.owner = find_module("drv");
	close(fd);
	rmmod("drv");
}
