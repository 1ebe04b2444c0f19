/*
 * Result: safe
 *
 * Does closing the descriptor end a file that is mapped?
 * No, the mapping holds a reference; ->release() runs at munmap(), before the task is back in user mode.
 */
#include <lastput.h>

static int released;

static int obj_release(struct inode *inode, struct file *file)
{
	released = 1;
	return 0;
}

static const struct file_operations obj_fops = { .release = obj_release };

THREAD(user)
{
	fd_t fd = anon_inode_getfd("obj", &obj_fops, NULL, 0);

	mmap(fd);
	close(fd);
	WARN_ON(released);
	munmap(fd);
	WARN_ON(!released);
}
