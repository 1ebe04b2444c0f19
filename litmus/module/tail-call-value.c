/*
 * Result: unmapped-text (drv), use-after-free (drv_fops)
 *
 * Does the compiler's jump help a ->release() that returns 0 after the put?
 * No. There is something left to do in the module, so the call stays a call.
 *
 * Options: tail-calls
 */
#include <lastput.h>

MODULE(drv);

static int drv_release(struct inode *inode, struct file *file)
{
	module_put(THIS_MODULE);
	return 0;
}

static const struct file_operations drv_fops = { .release = drv_release };

static int drv_open(struct inode *inode, struct file *file)
{
	__module_get(THIS_MODULE);
	replace_fops(file, &drv_fops);
	return 0;
}

static const struct file_operations open_fops = { .owner = THIS_MODULE, .open = drv_open };
static struct miscdevice dev = { .name = "drv", .fops = &open_fops };

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
