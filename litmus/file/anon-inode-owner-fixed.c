/*
 * Result: safe
 *
 * What does a file made by an ioctl need to pin its module?
 * An owner in its own operations table. The core takes it when the file is made and puts it after ->release().
 *
 * Taught by 087e15206d6a ("KVM: Set file_operations.owner appropriately for all such structures").
 */
#include <lastput.h>

MODULE(drv);

static int obj_release(struct inode *inode, struct file *file)
{
	return 0;
}

static const struct file_operations obj_fops = { .owner = THIS_MODULE, .release = obj_release };

static long drv_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	return anon_inode_getfd("obj", &obj_fops, NULL, 0);
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
	fd_t obj;

	if (IS_ERR(fd))
		return;
	obj = ioctl(fd, 1);
	close(fd);
	close(obj);
}

THREAD(admin)
{
	rmmod("drv");
}
