/*
 * Result: safe
 *
 * When must .owner of an operations table be set?
 * Before the first file can be opened, and never changed: then each put has its get.
 */
#include <lastput.h>

MODULE(drv);

static struct file_operations drv_fops;
static struct miscdevice dev = { .name = "drv", .fops = &drv_fops };

static int drv_init(void)
{
	drv_fops.owner = THIS_MODULE;
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

	close(fd);
	rmmod("drv");
}
