/*
 * Result: safe
 *
 * Does rmmod wait until the last file of a module is closed?
 * No, it fails at once with EWOULDBLOCK. Once the file is closed, the next rmmod succeeds.
 */
#include <lastput.h>

MODULE(drv);

static const struct file_operations drv_fops = { .owner = THIS_MODULE };
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

	BUG_ON(rmmod("drv") != -EWOULDBLOCK);
	close(fd);
	BUG_ON(rmmod("drv") != 0);
	BUG_ON(rmmod("drv") != -ENOENT);
	BUG_ON(!IS_ERR(open("/dev/drv")));
}
