/*
 * Result: safe
 *
 * Is a put right that is made only where the get has succeeded?
 * Yes: a flag that is cleared in one step with the decision to put makes sure of it.
 */
#include <lastput.h>

MODULE(drv);

static int taken;

static long drv_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	if (xchg(&taken, 0))
		module_put(THIS_MODULE);
	return 0;
}

static const struct file_operations drv_fops = { .owner = THIS_MODULE, .unlocked_ioctl = drv_ioctl };
static struct miscdevice dev = { .name = "drv", .fops = &drv_fops };

static int drv_init(void)
{
	taken = 1;
	__module_get(THIS_MODULE);
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
	ioctl(fd, 1);
	close(fd);
	rmmod("drv");
}
