/*
 * Result: use-after-free (obj)
 *
 * May the object that a struct cdev lies in be freed after cdev_del()?
 * Not while a file is open: __fput() puts the cdev after ->release(). The cdev needs a lifetime of its own
 * (cdev_alloc()), or the object must wait for it (cdev_device_add()).
 */
#include <lastput.h>

struct obj {
	struct cdev cdev;
};

MODULE(drv);

static struct obj *obj;

static const struct file_operations drv_fops = { .owner = THIS_MODULE };

static int drv_init(void)
{
	obj = kzalloc(sizeof(*obj), GFP_KERNEL);
	cdev_init(&obj->cdev, &drv_fops);
	return cdev_add(&obj->cdev, MKDEV(10, 1), 1);
}

static void drv_unplug(void)
{
	cdev_del(&obj->cdev);
	kfree(obj);
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
