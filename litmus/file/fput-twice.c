/*
 * Result: use-after-free (file)
 *
 * What does one fput() too many do?
 * It ends the file under the descriptor that is still open; the next close() works on freed memory.
 */
#include <lastput.h>

static long put_twice(struct file *file, unsigned int cmd, unsigned long arg)
{
	get_file(file);
	fput(file);
	fput(file);
	return 0;
}

static const struct file_operations fops = { .unlocked_ioctl = put_twice };

THREAD(user)
{
	fd_t fd = anon_inode_getfd("obj", &fops, NULL, 0);

	ioctl(fd, 1);
	close(fd);
}
