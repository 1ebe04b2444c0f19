/*
 * Result: safe
 *
 * Is a file safe whose every get_file() has one fput()?
 * Yes; the last one runs ->release().
 */
#include <lastput.h>

static long put_twice(struct file *file, unsigned int cmd, unsigned long arg)
{
	get_file(file);
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
