/*
 * Result: safe
 *
 * May a module that is nothing but a misc device be opened, read and unloaded at once?
 */
#include <lastput.h>

MODULE(drv);

struct state {
	int reads;
};

static int drv_open(struct inode *inode, struct file *file)
{
	struct state *s = kzalloc(sizeof(*s), GFP_KERNEL);

	if (!s)
		return -ENOMEM;
	file->private_data = s;
	return 0;
}

static ssize_t drv_read(struct file *file, char __user *buf, size_t len, loff_t *off)
{
	struct state *s = file->private_data;

	s->reads++;
	return 0;
}

static int drv_release(struct inode *inode, struct file *file)
{
	kfree(file->private_data);
	return 0;
}

static const struct file_operations drv_fops = {
	.owner = THIS_MODULE,
	.open = drv_open,
	.read = drv_read,
	.release = drv_release,
};

static struct miscdevice drv_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "drv",
	.fops = &drv_fops,
};

module_misc_device(drv_misc);

MODULE(vmlinux);

THREAD(user)
{
	int fd = open("/dev/drv", O_RDWR);

	if (fd < 0)
		return;
	read(fd, NULL, 0);
	close(fd);
}

THREAD(admin)
{
	rmmod("drv");
}
