/*
 * debugfs: files that outlive what made them.
 *
 * Models fs/debugfs/{file,inode}.c (6.12). Every call on a file but release() is bracketed by debugfs_file_get() and
 * debugfs_file_put(). What blocks: debugfs_remove() until no such call on a file below it runs; from such a
 * call itself that is for ever. An open file stays; it holds the module only if its operations have an owner.
 *
 * Each file is opened, read or written, and closed by one task, NR_EVENTS times at most.
 *
 * Left out: names, directories in directories (a file knows its directory only), debugfs_create_file_unsafe()'s missing
 * protection, llseek, poll and ioctl of such files; debugfs_lookup().
 */

struct dentry {
	int events;
	int active_users;
	int unlinked;
	struct dentry *d_parent;
	const struct file_operations *real_fops;
	void *data;
};

POOL(struct dentry, 4);
POOL_MAY_LEAK(struct dentry);			/* an open file keeps it */

/* fs/debugfs/inode.c:600 */
static struct dentry *debugfs_create_dir(const char *name, struct dentry *parent)
{
	struct dentry *dentry;

	if (__request_fails())
		return ERR_PTR(-ENOENT);
	dentry = __alloc();
	plain { dentry->d_parent = parent; }
	return dentry;
}

/* fs/debugfs/inode.c:421 */
static struct dentry *debugfs_create_file(const char *name, int mode, struct dentry *parent, void *data,
					  const struct file_operations *fops)
{
	struct dentry *dentry;

	if (IS_ERR(parent) || __request_fails())
		return ERR_PTR(-ENOENT);
	dentry = __alloc();
	atomic {
		dentry->d_parent = parent;
		dentry->data = data;
		dentry->real_fops = fops;
		dentry->active_users = 1;
		dentry->events = NR_EVENTS;
	}
	return dentry;
}

#define debugfs_create_file_unsafe(name, mode, parent, data, fops) debugfs_create_file(name, mode, parent, data, fops)
#define debugfs_create_file_size(name, mode, parent, data, fops, size) \
	debugfs_create_file(name, mode, parent, data, fops)
#define debugfs_create_file_aux(name, mode, parent, data, aux, fops) debugfs_create_file(name, mode, parent, data, fops)
#define debugfs_create_file_aux_num(name, mode, parent, data, num, fops) \
	debugfs_create_file(name, mode, parent, data, fops)
#define debugfs_initialized() 1
#define debugfs_create_symlink(name, parent, target) NULL

/* debugfs_u32_get(), fs/debugfs/file.c:599: what the file shows has to be there */
static ssize_t debugfs_value_read(struct file *file, char *buf, size_t size, loff_t *pos)
{
	int *value = file->private_data;

	plain { (void)*value; }
	return 1;
}

static const struct file_operations debugfs_value_fops = { .read = debugfs_value_read };

#define __debugfs_create_value(name, mode, parent, value) \
	((void)debugfs_create_file(name, mode, parent, value, &debugfs_value_fops))
#define debugfs_create_u8(name, mode, parent, value) __debugfs_create_value(name, mode, parent, value)
#define debugfs_create_u16(name, mode, parent, value) __debugfs_create_value(name, mode, parent, value)
#define debugfs_create_u32(name, mode, parent, value) __debugfs_create_value(name, mode, parent, value)
#define debugfs_create_u64(name, mode, parent, value) __debugfs_create_value(name, mode, parent, value)
#define debugfs_create_x32(name, mode, parent, value) __debugfs_create_value(name, mode, parent, value)
#define debugfs_create_bool(name, mode, parent, value) __debugfs_create_value(name, mode, parent, value)
#define debugfs_create_atomic_t(name, mode, parent, value) __debugfs_create_value(name, mode, parent, value)
#define debugfs_create_ulong(name, mode, parent, value) __debugfs_create_value(name, mode, parent, value)

/* fs/debugfs/file.c:82 */
static int debugfs_file_get(struct dentry *dentry)
{
	int ret = 0;

	atomic {
		if (dentry->active_users)
			dentry->active_users++;
		else
			ret = -EIO;
	}
	return ret;
}

/* fs/debugfs/file.c:144 */
static void debugfs_file_put(struct dentry *dentry)
{
	atomic { dentry->active_users--; }
}

/* Does a call on a file of this directory, or on this file, run? In a block. */
static inline int __debugfs_active(struct dentry *dir)
{
	struct dentry *dentry;
	int active = 0;

	for_each_instance(struct dentry, dentry) {
		if ((dentry == dir || dentry->d_parent == dir) && dentry->active_users)
			active = 1;
	}
	return active;
}

/* fs/debugfs/inode.c:826, __debugfs_file_removed(), :744 */
static void debugfs_remove(struct dentry *dir)
{
	struct dentry *dentry;

	if (IS_ERR_OR_NULL(dir))
		return;
	atomic {
		for_each_instance(struct dentry, dentry) {
			if ((dentry == dir || dentry->d_parent == dir) && !dentry->unlinked) {
				dentry->unlinked = 1;
				dentry->events = 0;
				if (dentry->active_users)
					dentry->active_users--;
			}
		}
	}
	SLEEP_UNTIL(atomic, !__debugfs_active(dir));
}

#define debugfs_remove_recursive(dir) debugfs_remove(dir)
