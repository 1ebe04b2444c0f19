/*
 * Result: safe
 *
 * Does a cdev that was allocated on its own outlive the driver's interest in it?
 * Yes: cdev_alloc() gives one that is freed when both cdev_del() and the last file have let go of it.
 */
#include <lastput.h>

MODULE(drv);

static struct cdev *cdev;

static const struct file_operations drv_fops = { .owner = THIS_MODULE };

static int drv_init(void)
{
	cdev = cdev_alloc();
	cdev->owner = THIS_MODULE;
	cdev->ops = &drv_fops;
	return cdev_add(cdev, MKDEV(10, 1), 1);
}

static void drv_unplug(void)
{
	cdev_del(cdev);
}

static void drv_exit(void)
{
}

module_init(drv_init);
module_exit(drv_exit);

THREAD(user)
{
	fd_t fd = open_chrdev(MKDEV(10, 1));

	if (!IS_ERR(fd))
		close(fd);
}

THREAD(unplug)
{
	drv_unplug();
}
