/*
 * Result: safe
 *
 * Who must wait for a work item that drops a file reference at its end?
 * Whoever lets the module go: a flush in ->release() waits for it, and it is another kworker that runs ->release(), so
 * nobody waits for himself.
 *
 * Claims: C28
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

static int drv_release(struct inode *inode, struct file *file)
{
	flush_work(&work);
	return 0;
}

static const struct file_operations drv_fops = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = drv_ioctl,
	.release = drv_release,
};
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
