/*
 * Result: safe
 *
 * Do read() and write() hold the file as ioctl() does?
 * Yes, also while another thread closes it.
 */
#include <lastput.h>

struct obj {
	int value;
};

static ssize_t obj_read(struct file *file, char *buf, size_t count, loff_t *pos)
{
	struct obj *obj = file->private_data;

	return obj->value;
}

static ssize_t obj_write(struct file *file, const char *buf, size_t count, loff_t *pos)
{
	struct obj *obj = file->private_data;

	obj->value = count;
	return count;
}

static int obj_release(struct inode *inode, struct file *file)
{
	kfree(file->private_data);
	return 0;
}

static const struct file_operations obj_fops = {
	.read = obj_read,
	.write = obj_write,
	.release = obj_release,
};
static fd_t fd;

BOOT(setup)
{
	struct obj *obj = kzalloc(sizeof(*obj), GFP_KERNEL);

	fd = anon_inode_getfd("obj", &obj_fops, obj, 0);
}

THREAD(writer)
{
	if (write(fd, NULL, 7) == 7) {
		long got = read(fd, NULL, 1);

		BUG_ON(got != 7 && got != -EBADF);
	}
}

THREAD(closer)
{
	close(fd);
}
