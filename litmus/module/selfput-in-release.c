/*
 * Result: unmapped-text (gmem), use-after-free (gmem_fops)
 *
 * May a ->release() drop the last reference to its own module?
 * No. Class O of the self-puts: a callback of an ops table without an owner. After the put nothing pins the
 * module while release() still has to return; if the task loses the CPU there, delete_module() runs to its end
 * and the return address points into nothing. If release() does return in time, __fput() still reads
 * ->f_op->owner, which is module data.
 *
 * Taught by KVM's "Prevent module exit until all VMs are freed" (5f6de5cbebee, reverted by ea61294befd3).
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
