/*
 * A file of debugfs, as fs/debugfs/file.c has it (7.3): its operations are the kernel's own, and hand on to
 * those of the module, whose owner is all that an open file holds. debugfs_remove() waits for calls that run,
 * not for files that are open.
 */
#ifndef FOUND_DEBUGFS_H
#define FOUND_DEBUGFS_H

#include <lastput.h>

static const struct file_operations *real_fops;

static int full_proxy_open(struct inode *inode, struct file *filp)
{
	return try_module_get(real_fops->owner) ? 0 : -ENXIO;
}

static int full_proxy_release(struct inode *inode, struct file *filp)
{
	if (real_fops->release)
		real_fops->release(inode, filp);
	module_put(real_fops->owner);
	return 0;
}

static const struct file_operations full_proxy_fops = {
	.open = full_proxy_open,
	.release = full_proxy_release,
};

static struct miscdevice debugfs_file = { .name = "file", .fops = &full_proxy_fops };

static int debugfs_create_file(const struct file_operations *fops)
{
	real_fops = fops;
	return misc_register(&debugfs_file);
}

static void debugfs_remove(void)
{
	misc_deregister(&debugfs_file);
}

#endif
