/*
 * Result: safe
 *
 * Is module_put(THIS_MODULE) ever safe without being superfluous?
 * Yes. Class L: a reference that spans the life of an object, taken and put while somebody else, here the open
 * file, holds the module too. Between "bound" and "unbound" no file need be open, and then it is the only
 * reference.
 *
 * Claims: C2
 * Taught by drivers/block/loop.c, __loop_clr_fd() (:1118 in 6.12). See litmus/loop/ for the whole story.
 */
#include <lastput.h>

#define BIND 1
#define UNBIND 2

MODULE(drv);

static int bound;

static long drv_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	int old;

	if (cmd == BIND) {
		__module_get(THIS_MODULE);
		bound = 1;
		return 0;
	}
	atomic {
		old = bound;
		bound = 0;
	}
	if (old)
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
	WARN_ON(bound);
}

module_init(drv_init);
module_exit(drv_exit);

THREAD(user)
{
	fd_t fd = open("/dev/drv");

	if (IS_ERR(fd))
		return;
	ioctl(fd, BIND);
	close(fd);
	fd = open("/dev/drv");
	BUG_ON(IS_ERR(fd));
	ioctl(fd, UNBIND);
	close(fd);
}

THREAD(admin)
{
	rmmod("drv");
}
