/*
 * Result: safe
 *
 * Do the file operations do what they say?
 * One task makes a descriptor in steps, reads the file's fields, and closes in another way.
 */
#include <lastput.h>

static struct inode *seen;

static int obj_open(struct inode *inode, struct file *file)
{
	if (nonseekable_open(inode, file))
		return -EINVAL;
	return stream_open(inode, file);
}

static int obj_release(struct inode *inode, struct file *file)
{
	seen = file_inode(file);
	return 0;
}

static int obj_flush(struct file *file, void *id)
{
	WARN_ON(file_count(file) < 1);
	return 0;
}

static const struct file_operations obj_fops = {
	.open = obj_open,
	.release = obj_release,
	.flush = obj_flush,
};

static fd_t make(int fail)
{
	fd_t fd = get_unused_fd_flags(O_CLOEXEC);
	struct file *file;

	if (fail) {
		put_unused_fd(fd);
		return ERR_PTR(-EMFILE);
	}
	file = anon_inode_getfile("obj", &obj_fops, NULL, O_RDWR);
	if (IS_ERR(file))
		return ERR_CAST(file);
	fd_install(fd, file);
	return fd;
}

static int finish(fd_t fd)
{
	struct file *file = get_file(fd);

	fd->f_fd = 0;
	filp_close(fd, NULL);
	__fput_sync(file);
	flush_delayed_fput();
	return 0;
}

THREAD(user)
{
	fd_t fd = SYSCALL(make(0));

	WARN_ON(!IS_ERR(SYSCALL(make(1))));
	WARN_ON(register_chrdev_region(MKDEV(1, 2), 1, "obj"));
	SYSCALL(finish(fd));
	WARN_ON(!seen);
	WARN_ON(close(ERR_PTR(-EBADF)) != -EBADF);
	unregister_chrdev_region(MKDEV(1, 2), 1);
}
