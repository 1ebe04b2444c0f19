/*
 * Result: safe
 *
 * When does ->release() run if a kernel thread drops the last reference to a file?
 * Later, in a kworker: fput() of a PF_KTHREAD task queues delayed_fput_work. The module stays pinned by the file's
 * owner until then, so nothing goes wrong as long as the thread itself holds the module.
 */
#include <lastput.h>

MODULE(drv);

static int drv_thread(void *arg)
{
	struct file *file = arg;

	fput(file);
	module_put_and_kthread_exit(0);
	return 0;
}

static int drv_release(struct inode *inode, struct file *file)
{
	return 0;
}

static long drv_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	get_file(file);
	__module_get(THIS_MODULE);
	kthread_run(drv_thread, file, "drv");
	return 0;
}

static const struct file_operations drv_fops = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = drv_ioctl,
	.release = drv_release,
};
static struct miscdevice dev = { .name = "drv", .fops = &drv_fops };

static int drv_init(void)
{
	return misc_register(&dev);
}

static void drv_exit(void)
{
	misc_deregister(&dev);
}

module_init(drv_init);
module_exit(drv_exit);

THREAD(user)
{
	fd_t fd = open("/dev/drv");

	ioctl(fd, 1);
	close(fd);
	rmmod("drv");
}
