/*
 * System calls on files, for THREADs.
 *
 * Models fs/{open,ioctl,read_write,file}.c (6.12). A call holds a reference to the file while it runs
 * (fdget()), so another thread may close the descriptor meanwhile. A descriptor that is not open gives -EBADF.
 * What blocks: as the file operations do.
 *
 * Left out: close-on-exec, dup(), that the last descriptor of a process is closed when it exits (close them).
 */

/* fs/file.c:1134: 0, or -EBADF */
static int fdget(fd_t fd)
{
	int ret = -EBADF;

	atomic {
		if (!IS_ERR_OR_NULL(fd)) {
			if (__live(fd)) {
				if (fd->f_fd) {
					fd->f_count.counter++;
					ret = 0;
				}
			}
		}
	}
	return ret;
}

#define fdput(fd) fput(fd)

/* fs/open.c:1522 and :1542 */
static int filp_flush(struct file *filp)
{
	int (*flush)(struct file *file, void *id);

	plain { flush = filp->f_op->flush; }
	return flush ? flush(filp, NULL) : 0;
}

static int filp_close(struct file *filp, void *id)
{
	int ret = filp_flush(filp);

	fput(filp);
	return ret;
}

/* fs/open.c:1558. Before 6.6 this was filp_close(), which runs __fput() in the same task a little later. */
static int __close(fd_t fd)
{
	int open = 0;
	int ret;

	atomic {
		if (!IS_ERR_OR_NULL(fd)) {
			if (__live(fd)) {
				open = fd->f_fd;
				fd->f_fd = 0;
			}
		}
	}
	if (!open)
		return -EBADF;
	ret = filp_flush(fd);
	__fput_sync(fd);
	return ret;
}

static int close(fd_t fd)
{
	return SYSCALL(__close(fd));
}

static fd_t open(const char *path, ...)
{
	return SYSCALL(misc_open(path));
}

/* open(2) of a device node with that number */
static fd_t open_chrdev(int dev)
{
	return SYSCALL(chrdev_open(dev));
}

/* fs/ioctl.c:892 */
static long do_vfs_ioctl(fd_t fd, unsigned int cmd, unsigned long arg)
{
	long (*unlocked_ioctl)(struct file *file, unsigned int cmd, unsigned long arg);
	long ret = fdget(fd);

	if (ret)
		return ret;
	ret = -ENOTTY;
	plain { unlocked_ioctl = fd->f_op->unlocked_ioctl; }
	if (unlocked_ioctl)
		ret = unlocked_ioctl(fd, cmd, arg);
	fdput(fd);
	return ret;
}

/* The argument may be left out. */
static long ioctl(fd_t fd, unsigned int cmd, unsigned long arg, ...)
{
	return SYSCALL(do_vfs_ioctl(fd, cmd, arg));
}

/* ksys_read(), fs/read_write.c:701 */
static long vfs_read(fd_t fd, char *buf, unsigned long count)
{
	long ret = fdget(fd);

	if (ret)
		return ret;
	ret = -EINVAL;
	if (fd->f_op->read)
		ret = fd->f_op->read(fd, buf, count, NULL);
	fdput(fd);
	return ret;
}

static long read(fd_t fd, char *buf, unsigned long count)
{
	return SYSCALL(vfs_read(fd, buf, count));
}

/* ksys_write(), fs/read_write.c:725 */
static long vfs_write(fd_t fd, const char *buf, unsigned long count)
{
	long ret = fdget(fd);

	if (ret)
		return ret;
	ret = -EINVAL;
	if (fd->f_op->write)
		ret = fd->f_op->write(fd, buf, count, NULL);
	fdput(fd);
	return ret;
}

static long write(fd_t fd, const char *buf, unsigned long count)
{
	return SYSCALL(vfs_write(fd, buf, count));
}
