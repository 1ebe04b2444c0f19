// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Result: safe
 *
 * May a function put the last reference to its own module, if only dependent modules call it?
 * Yes: the caller's module uses this one's symbols and is itself held by its file, so this one's text
 * stays until the caller's has gone.
 *
 * Claims: C2
 * Stage: e5
 */
#include <lastput.h>

MODULE(kvm);

static void kvm_put_self(void)
{
	module_put(THIS_MODULE);
}

static void kvm_get_self(void)
{
	__module_get(THIS_MODULE);
}

MODULE(kvm_intel, kvm);

static int vmx_release(struct inode *inode, struct file *filp)
{
	kvm_put_self();
	return 0;
}

static struct file_operations vmx_fops = {
	.owner = THIS_MODULE,
	.release = vmx_release,
};

MODULE(vmlinux);

static struct file *file;

BOOT(guest)
{
	kvm_get_self();
	file = anon_inode_getfd("vmx", &vmx_fops, NULL, O_RDWR);
}

THREAD(vmm)
{
	close(file);
}

THREAD(admin)
{
	rmmod("kvm_intel");
	rmmod("kvm");
}
