/*
 * debugfs: who opens, reads, writes and closes its files.
 *
 * Models fs/debugfs/file.c (6.12): the full proxy between the file and the operations of the driver. See debugfs.c.
 *
 * Left out: as there.
 */

/* fs/debugfs/file.c:391: needs the module, if the operations name one; 0 or an error code */
static int full_proxy_open(struct dentry *dentry, const struct file_operations *real, struct file *file)
{
	int ret = 0;

	if (real->owner && !try_module_get(real->owner))
		return -ENXIO;
	plain { file->f_node.i_private = dentry->data; }
	if (real->open)
		ret = real->open(&file->f_node, file);
	if (ret)
		module_put(real->owner);
	return ret;
}

/* fs/debugfs/file.c:353: no debugfs_file_get() here, and the operations are read after debugfs_remove() */
static void full_proxy_release(const struct file_operations *real, struct file *file)
{
	struct module *owner;

	if (real->release)
		real->release(&file->f_node, file);
	plain { owner = real->owner; }			/* fops_put() */
	module_put(owner);
}

/* A read or a write of an open file. */
static void full_proxy_call(struct dentry *dentry, const struct file_operations *real, struct file *file, int write)
{
	if (debugfs_file_get(dentry))
		return;
	if (write && real->write)
		real->write(file, sysfs_page, 1, NULL);
	else if (!write && real->read)
		real->read(file, sysfs_page, 1, NULL);
	debugfs_file_put(dentry);
}

/* fs/libfs.c:713 */
static int simple_open(struct inode *inode, struct file *file)
{
	if (inode->i_private)
		file->private_data = inode->i_private;
	return 0;
}

static void debugfs_use(struct dentry *dentry)
{
	const struct file_operations *real;
	struct file *file;
	int write;
	int ret;

	if (debugfs_file_get(dentry))
		return;
	real = dentry->real_fops;
	file = alloc_file(real, dentry->data);
	ret = full_proxy_open(dentry, real, file);
	debugfs_file_put(dentry);
	if (!ret) {
		plain { write = choose(2); }
		full_proxy_call(dentry, real, file, write);
		full_proxy_release(real, file);
	}
	kfree(file);
}

DAEMON(debugfs_user, 1, debugfs_create_file) {
	struct dentry *dentry;

	for (;;) {
		atomic {
			dentry = pick_idle(struct dentry, events);
			dentry->events--;
		}
		debugfs_use(dentry);
		return_to_user();
	}
}
