/*
 * Result: use-after-free (proc_zram_block_state_op)
 *
 * Does zram stay while somebody reads the state of its blocks?
 * No. The file can be open when the module goes: the table has no owner, and zram does not know of the file.
 *
 * Found by FIL001 in Linux 7.3: drivers/block/zram/zram_drv.c:1607.
 */
#include <lastput.h>

MODULE(zram);

static ssize_t read_block_state(struct file *file, char *buf, size_t count, loff_t *pos)
{
	return 0;
}

static const struct file_operations proc_zram_block_state_op = {
	.open = simple_open,
	.read = read_block_state,
};

static struct dentry *dir;

static int drv_init(void)
{
	dir = debugfs_create_dir("zram", NULL);
	debugfs_create_file("file", 0600, dir, NULL, &proc_zram_block_state_op);
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
	rmmod("zram");
}
