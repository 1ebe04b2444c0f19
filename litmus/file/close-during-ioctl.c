/*
 * Result: safe
 *
 * What happens to an ioctl when another thread closes the descriptor meanwhile?
 * It goes on: it holds a reference to the file, and ->release() runs when it ends, in the task that made the ioctl.
 */
#include <lastput.h>

struct obj {
	int value;
};

static int obj_release(struct inode *inode, struct file *file)
{
	kfree(file->private_data);
	return 0;
}

static long obj_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct obj *obj = file->private_data;

	obj->value = 1;
	return 0;
}

static const struct file_operations obj_fops = { .unlocked_ioctl = obj_ioctl, .release = obj_release };
static fd_t fd;

BOOT(setup)
{
	struct obj *obj = kzalloc(sizeof(*obj), GFP_KERNEL);

	fd = anon_inode_getfd("obj", &obj_fops, obj, 0);
}

THREAD(caller)
{
	ioctl(fd, 1);
}

THREAD(closer)
{
	close(fd);
}
