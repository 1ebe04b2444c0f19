/*
 * Result: unmapped-text (drv), use-after-free (dev_fops)
 *
 * What does an open file whose operations have no owner hold?
 * Nothing. rmmod succeeds while the file is open, and the next system call on it runs into unmapped text, or reads
 * the operations table, which was data of the module.
 */
#include <lastput.h>

MODULE(drv);

static long drv_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	return 0;
}

static const struct file_operations dev_fops = { .unlocked_ioctl = drv_ioctl };
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
