/*
 * Result: safe
 *
 * What is module_put(THIS_MODULE) good for in a ->release() whose file has an owner?
 * Nothing. Class S: open() takes and release() puts what the file holds anyway. It is safe, because the file's
 * own reference goes after release() has returned, and it can be deleted.
 */
#include <lastput.h>

MODULE(drv);

static int drv_open(struct inode *inode, struct file *file)
{
	__module_get(THIS_MODULE);
	return 0;
}

static int drv_release(struct inode *inode, struct file *file)
{
	module_put(THIS_MODULE);
	return 0;
}

static const struct file_operations drv_fops = {
	.owner = THIS_MODULE,
	.open = drv_open,
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

	if (!IS_ERR(fd))
		close(fd);
}

THREAD(admin)
{
	rmmod("drv");
}
