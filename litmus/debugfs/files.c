/*
 * Result: safe
 * Options: define NR_EVENTS=1
 *
 * Which kinds of files of debugfs are there?
 */
#include <lastput.h>

POOL(struct dentry, 20);
POOL(struct file, 16);

static int value;

static ssize_t one_write(struct file *file, const char *buf, size_t size, loff_t *pos)
{
	return size;
}

static const struct file_operations one_fops = { .open = simple_open, .write = one_write };

THREAD(admin)
{
	struct dentry *dir = debugfs_create_dir("dir", NULL);
	int mine;

	WARN_ON(!debugfs_initialized());
	debugfs_create_symlink("link", dir, "other");
	debugfs_create_file("a", 0200, dir, &value, &one_fops);
	debugfs_create_file_unsafe("b", 0200, dir, &value, &one_fops);
	debugfs_create_file_size("c", 0200, dir, &value, &one_fops, 1);
	debugfs_create_file_aux("d", 0200, dir, &value, NULL, &one_fops);
	debugfs_create_file_aux_num("e", 0200, dir, &value, 1, &one_fops);
	debugfs_remove(dir);
	debugfs_create_u8("f", 0444, dir, &mine);
	debugfs_create_u16("g", 0444, dir, &mine);
	debugfs_create_u64("h", 0444, dir, &mine);
	debugfs_create_x32("i", 0444, dir, &mine);
	debugfs_create_bool("j", 0444, dir, &mine);
	debugfs_create_atomic_t("k", 0444, dir, &mine);
	debugfs_create_ulong("l", 0444, dir, &mine);
	debugfs_remove(dir);
}
