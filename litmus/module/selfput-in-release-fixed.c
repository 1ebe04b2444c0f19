/*
 * Result: safe
 *
 * Who should hold the module while a ->release() runs?
 * The file: with .owner set, __fput() puts the module in built-in text, after ->release() has returned.
 * No reference is needed besides.
 *
 * Taught by 087e15206d6a ("KVM: Set file_operations.owner appropriately for all such structures").
 */
#include <lastput.h>

MODULE(gmem);

static int gmem_release(struct inode *inode, struct file *file)
{
	return 0;
}

static int gmem_open(struct inode *inode, struct file *file)
{
	return 0;
}

static const struct file_operations dev_fops = {
	.owner = THIS_MODULE,
	.open = gmem_open,
	.release = gmem_release,
};
static struct miscdevice dev = { .name = "gmem", .fops = &dev_fops };

static int gmem_init(void)
{
	return misc_register(&dev);
}

static void gmem_exit(void)
{
	misc_deregister(&dev);
}

module_init(gmem_init);
module_exit(gmem_exit);

THREAD(user)
{
	fd_t fd = open("/dev/gmem");

	if (!IS_ERR(fd))
		close(fd);
}

THREAD(admin)
{
	rmmod("gmem");
}
