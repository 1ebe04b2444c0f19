/*
 * Result: safe
 *
 * Who puts the module reference of a thread that was made but never ran?
 * The spawner. Class KU: it takes the reference for the thread, and if it must stop it before it ran it puts the
 * reference itself; the thread proper ends with module_put_and_kthread_exit().
 *
 * Taught by net/bluetooth/bnep/core.c.
 */
#include <lastput.h>

MODULE(bnep);

static int bnep_session(void *arg)
{
	module_put_and_kthread_exit(0);
	return 0;
}

static long bnep_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct task_struct *task;
	int busy;

	plain { busy = choose(2); }
	__module_get(THIS_MODULE);
	task = kthread_create(bnep_session, NULL, "kbnepd");
	if (busy) {
		kthread_stop(task);
		module_put(THIS_MODULE);
		return -EBUSY;
	}
	wake_up_process(task);
	return 0;
}

static const struct file_operations bnep_fops = { .owner = THIS_MODULE, .unlocked_ioctl = bnep_ioctl };
static struct miscdevice dev = { .name = "bnep", .fops = &bnep_fops };

static int bnep_init(void)
{
	return misc_register(&dev);
}

static void bnep_exit(void)
{
	misc_deregister(&dev);
}

module_init(bnep_init);
module_exit(bnep_exit);

THREAD(user)
{
	fd_t fd = open("/dev/bnep");

	if (!IS_ERR(fd)) {
		ioctl(fd, 1);
		close(fd);
	}
}

THREAD(admin)
{
	rmmod("bnep");
}
