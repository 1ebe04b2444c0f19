/*
 * Result: safe
 *
 * Does .owner = THIS_MODULE keep the module while a file is open?
 * Yes: open() takes a reference before it calls into the module, and __fput() puts it after the last call.
 */
#include <lastput.h>

MODULE(drv);

static long drv_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	return 0;
}

static const struct file_operations dev_fops = { .owner = THIS_MODULE, .unlocked_ioctl = drv_ioctl };
static struct miscdevice dev = { .name = "drv", .fops = &dev_fops };

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

	if (!IS_ERR(fd)) {
		ioctl(fd, 1);
		close(fd);
	}
}

THREAD(admin)
{
	rmmod("drv");
}
