/*
 * Result: safe
 *
 * Can a module be unloaded while another one that uses its symbols is loaded?
 * No: rmmod fails, whatever the reference count says. The user of the symbols must go first, and its reference on
 * the other goes with it.
 *
 * Claims: C14
 */
#include <lastput.h>

MODULE(kvm);

static void kvm_call(void)
{
}

static void kvm_exit(void)
{
}

module_exit(kvm_exit);

MODULE(kvm_intel, kvm);

static long intel_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	kvm_call();
	return 0;
}

static const struct file_operations intel_fops = { .owner = THIS_MODULE, .unlocked_ioctl = intel_ioctl };
static struct miscdevice dev = { .name = "kvm", .fops = &intel_fops };

static int intel_init(void)
{
	return misc_register(&dev);
}

static void intel_exit(void)
{
	misc_deregister(&dev);
	kvm_call();
}

module_init(intel_init);
module_exit(intel_exit);

THREAD(user)
{
	fd_t fd = open("/dev/kvm");

	if (!IS_ERR(fd)) {
		ioctl(fd, 1);
		close(fd);
	}
}

THREAD(admin)
{
	if (rmmod("kvm_intel"))
		BUG_ON(rmmod("kvm") != -EWOULDBLOCK);
	else
		BUG_ON(rmmod("kvm"));
}
