/*
 * Result: use-after-free (sdebug_error_fops)
 *
 * Does an open error file of scsi_debug keep the module?
 * No. Its operations have no owner. After rmmod debugfs reads ->release out of data that is gone.
 *
 * Found by FIL001 in Linux 7.3: drivers/scsi/scsi_debug.c:1164.
 */
#include "debugfs.h"

/* As fs/seq_file.c has it. */
static int single_release(struct inode *inode, struct file *filp)
{
	return 0;
}

MODULE(scsi_debug);

static const struct file_operations sdebug_error_fops = {
	.release = single_release,
};

static int drv_init(void)
{
	return debugfs_create_file(&sdebug_error_fops);
}

static void drv_exit(void)
{
	debugfs_remove();
}

module_init(drv_init);
module_exit(drv_exit);

THREAD(user)
{
	fd_t fd = open("/dev/file");

	if (!IS_ERR(fd))
		close(fd);
}

THREAD(admin)
{
	rmmod("scsi_debug");
}
