/*
 * Result: safe
 *
 * How does ->open() of a misc device make it go away?
 * By a work item, which takes misc_mtx when the open is over.
 */
#include <lastput.h>

static int drv_open(struct inode *inode, struct file *file);
static void drv_work(struct work_struct *unused);

static const struct file_operations drv_fops = { .open = drv_open };
static struct miscdevice dev = { .name = "drv", .fops = &drv_fops };
static DECLARE_WORK(work, drv_work);

static int drv_open(struct inode *inode, struct file *file)
{
	schedule_work(&work);
	return -ENODEV;
}

static void drv_work(struct work_struct *unused)
{
	misc_deregister(&dev);
}

BOOT(setup)
{
	misc_register(&dev);
}

THREAD(user)
{
	open("/dev/drv");
}
