/*
 * Result: unmapped-text (drv)
 *
 * Does the file reference that a work item drops cover the work item's own end?
 * No. fput() in a kworker is deferred to another work item, which may put the module while the first one still has to
 * return. (On one CPU this needs the first one to lose it for a jiffy.)
 *
 * Claims: C17
 * Options: workers=2
 */
#include <lastput.h>

MODULE(drv);

static struct work_struct work;
static struct file *held;

static void drv_work(struct work_struct *w)
{
	fput(held);
}

static long drv_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	held = get_file(file);
	INIT_WORK(&work, drv_work);
	schedule_work(&work);
	return 0;
}

static const struct file_operations drv_fops = { .owner = THIS_MODULE, .unlocked_ioctl = drv_ioctl };
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

	ioctl(fd, 1);
	close(fd);
	rmmod("drv");
}
