/*
 * Result: warn (drv)
 *
 * What happens if a module puts a reference that it never took?
 * The class OTHER of the self-puts. Nobody sees it at first: the put takes the base reference. Then rmmod hits
 * the BUG_ON in try_release_module_ref(); a second such put would hit the WARN_ON in module_put().
 */
#include <lastput.h>

MODULE(drv);

static long drv_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	module_put(THIS_MODULE);
	return 0;
}

static const struct file_operations drv_fops = { .owner = THIS_MODULE, .unlocked_ioctl = drv_ioctl };
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
