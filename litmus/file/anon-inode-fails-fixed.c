/*
 * Result: safe
 *
 * Is an object freed in both ways out of the ioctl that made it?
 * By ->release() once there is a file, by the ioctl itself if there is none.
 *
 * Options: define CONFIG_FAILSLAB=1
 */
#include <lastput.h>

struct obj {
	int id;
};

MODULE(drv);

static int obj_release(struct inode *inode, struct file *file)
{
	kfree(file->private_data);
	return 0;
}

static const struct file_operations obj_fops = { .owner = THIS_MODULE, .release = obj_release };

static long drv_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct obj *obj = kzalloc(sizeof(*obj), GFP_KERNEL);
	fd_t fd;

	if (!obj)
		return -ENOMEM;
	fd = anon_inode_getfd("obj", &obj_fops, obj, 0);
	if (IS_ERR(fd))
		kfree(obj);
	return fd;
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
	fd_t obj = ioctl(fd, 1);

	if (!IS_ERR(obj))
		close(obj);
	close(fd);
	BUG_ON(rmmod("drv"));
}
