/*
 * Result: use-after-free (priv_fops), unmapped-text (drv)
 *
 * Is it enough to remove a file of debugfs in the exit function?
 * No. Somebody may have it open: closing it reads the table and calls ->release(), unless .owner kept the module.
 */
#include <lastput.h>

static int value;

MODULE(drv);

static ssize_t priv_read(struct file *file, char *buf, size_t size, loff_t *pos)
{
	value++;
	return 0;
}

static int priv_release(struct inode *inode, struct file *file)
{
	value = 0;
	return 0;
}

static const struct file_operations priv_fops = {
	.open = simple_open,
	.read = priv_read,
	.release = priv_release,
};

static struct dentry *dir;

static int init(void)
{
	dir = debugfs_create_dir("drv", NULL);
	debugfs_create_file("value", 0444, dir, &value, &priv_fops);
	return 0;
}
module_init(init);

static void exit(void)
{
	debugfs_remove_recursive(dir);
}
module_exit(exit);
MODULE(vmlinux);

THREAD(admin)
{
	rmmod("drv");
}
