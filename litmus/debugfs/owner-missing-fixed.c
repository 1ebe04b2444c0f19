/*
 * Result: safe
 *
 * What keeps a module while a file of debugfs is open?
 * .owner of its table, which opening takes and closing puts.
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
	.owner = THIS_MODULE,
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
