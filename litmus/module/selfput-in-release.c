/*
 * Result: unmapped-text (gmem)
 *
 * May a ->release() drop the last reference to its own module?
 * No: nothing pins the module while release() still has to return. The thread loses the CPU after the put,
 * delete_module() unmaps the text, and the return address points into nothing.
 *
 * Claims: C1
 */
#include <lastput.h>

MODULE(gmem);

static int gmem_release(struct inode *inode, struct file *file)
{
	module_put(THIS_MODULE);
	return 0;
}

static const struct file_operations gmem_fops = { .release = gmem_release };	/* no .owner */

static int gmem_open(struct inode *inode, struct file *file)
{
	__module_get(THIS_MODULE);
	replace_fops(file, &gmem_fops);
	return 0;
}

static const struct file_operations dev_fops = { .owner = THIS_MODULE, .open = gmem_open };
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
