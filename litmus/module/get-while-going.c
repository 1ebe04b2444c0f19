/*
 * Result: safe
 *
 * Does try_module_get() succeed while the module's exit function runs?
 * No. delete_module() sets the count to 0 before it calls exit(), so an open that comes then gets nothing, and
 * misc_deregister() in exit() waits for one that is under way.
 */
#include <lastput.h>

MODULE(drv);

static int gone;

static int drv_open(struct inode *inode, struct file *file)
{
	WARN_ON(gone);
	return 0;
}

static const struct file_operations drv_fops = { .owner = THIS_MODULE, .open = drv_open };
static struct miscdevice dev = { .name = "drv", .fops = &drv_fops };

static int drv_init(void)
{
	return misc_register(&dev);
}

static void drv_exit(void)
{
	gone = 1;
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
