/*
 * Result: safe
 *
 * May an error path undo the __module_get(THIS_MODULE) that it took a moment ago?
 * Yes. Class U: the function was entered with the module pinned (the open file has an owner), so the put is
 * never the last. The reference is kept only when the operation succeeds, until it is undone.
 *
 * Taught by drivers/block/loop.c, loop_configure() (:986 and :1085 in 6.12) and __loop_clr_fd() (:1118).
 */
#include <lastput.h>

MODULE(drv);

#define BIND 1
#define UNBIND 2

static int bound;

static long drv_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	int old;

	if (cmd == UNBIND) {
		atomic {
			old = bound;
			bound = 0;
		}
		if (old)
			module_put(THIS_MODULE);
		return 0;
	}
	__module_get(THIS_MODULE);
	atomic {
		old = bound;
		bound = 1;
	}
	if (old) {
		module_put(THIS_MODULE);
		return -EBUSY;
	}
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
	WARN_ON(bound);
}

module_init(drv_init);
module_exit(drv_exit);

THREAD(user)
{
	fd_t fd = open("/dev/drv");

	if (!IS_ERR(fd)) {
		ioctl(fd, BIND);
		ioctl(fd, BIND);
		ioctl(fd, UNBIND);
		close(fd);
	}
}

THREAD(admin)
{
	rmmod("drv");
}
