/*
 * Result: safe
 *
 * What does an open file of /proc hold of the module?
 * Nothing. Removing the file waits for calls and calls proc_release() itself.
 */
#include <lastput.h>

static int opened;

MODULE(drv);

static int obj_open(struct inode *inode, struct file *file)
{
	WARN_ON(pde_data(inode) != PDE_DATA(inode));
	opened++;
	return 0;
}

static ssize_t obj_write(struct file *file, const char *buf, size_t size, loff_t *pos)
{
	WARN_ON(!opened);
	return size;
}

static int obj_release(struct inode *inode, struct file *file)
{
	opened--;
	return 0;
}

static const struct proc_ops obj_ops = {
	.proc_open = obj_open,
	.proc_write = obj_write,
	.proc_release = obj_release,
};

static int init(void)
{
	proc_create_data("obj", 0200, NULL, &obj_ops, &opened);
	return 0;
}
module_init(init);

static void exit(void)
{
	remove_proc_entry("obj", NULL);
	WARN_ON(opened);
}
module_exit(exit);
MODULE(vmlinux);

THREAD(admin)
{
	rmmod("drv");
}
