/*
 * Result: use-after-free (proc_zram_block_state_op)
 *
 * Does zram stay while somebody reads the state of its blocks?
 * No. The file can be open when the module goes: the table has no owner, and zram does not know of the file.
 *
 * Found by FIL001 in Linux 7.3: drivers/block/zram/zram_drv.c:1607.
 */
#include "debugfs.h"

MODULE(zram);

static ssize_t read_block_state(struct file *filp, char *buf, size_t count, loff_t *pos)
{
	return 0;
}

static const struct file_operations proc_zram_block_state_op = {
	.read = read_block_state,
};

static int drv_init(void)
{
	return debugfs_create_file(&proc_zram_block_state_op);
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
	rmmod("zram");
}
