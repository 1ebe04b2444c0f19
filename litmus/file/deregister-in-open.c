/*
 * Result: deadlock (misc_mtx)
 *
 * May ->open() of a misc device deregister it?
 * No. misc_open() holds misc_mtx over ->open(), and misc_deregister() takes it.
 */
#include <lastput.h>

static int drv_open(struct inode *inode, struct file *file);

static const struct file_operations drv_fops = { .open = drv_open };
static struct miscdevice dev = { .name = "drv", .fops = &drv_fops };

static int drv_open(struct inode *inode, struct file *file)
{
	misc_deregister(&dev);
	return -ENODEV;
}

BOOT(setup)
{
	misc_register(&dev);
}

THREAD(user)
{
	open("/dev/drv");
}
