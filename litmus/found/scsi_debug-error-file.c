/*
 * Result: use-after-free (sdebug_error_fops)
 *
 * Does an open error file of scsi_debug keep the module?
 * No. Its operations have no owner. After rmmod debugfs reads ->release out of data that is gone.
 *
 * Found by FIL001 in Linux 7.3: drivers/scsi/scsi_debug.c:1164.
 */
#include <lastput.h>

MODULE(scsi_debug);

static int sdebug_error_show(struct seq_file *m, void *p)
{
	return 0;
}

static int sdebug_error_open(struct inode *inode, struct file *file)
{
	return single_open(file, sdebug_error_show, inode->i_private);
}

static const struct file_operations sdebug_error_fops = {
	.open = sdebug_error_open,
	.release = single_release,
};

static struct dentry *dir;

static int drv_init(void)
{
	dir = debugfs_create_dir("scsi_debug", NULL);
	debugfs_create_file("file", 0600, dir, NULL, &sdebug_error_fops);
	return 0;
}

static void drv_exit(void)
{
	debugfs_remove_recursive(dir);
}

module_init(drv_init);
module_exit(drv_exit);
MODULE(vmlinux);

THREAD(admin)
{
	rmmod("scsi_debug");
}
