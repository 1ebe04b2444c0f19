// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Result: safe
 *
 * May a kthread put the last reference to its own module with module_put_and_kthread_exit()?
 * Yes: that is built-in text, and it never returns to the module.
 *
 * Claims: C6
 * Stage: e5
 */
#define FOPS_OWNER module
#include "kvm.h"

MODULE(kvm);

static int kvm_put_thread(void *data)
{
	struct module *vendor = kvm_chardev_ops.owner;

	kvm_put_kvm(data);
	module_put(vendor);
	module_put_and_kthread_exit(0);
	return 0;
}

static void kvm_put_in_thread(struct kvm *kvm)
{
	/* The thread needs the vendor's text, too, as long as it holds the VM. */
	__module_get(kvm_chardev_ops.owner);
	__module_get(THIS_MODULE);
	kthread_run(kvm_put_thread, kvm, "kvm-put");
}

MODULE(vmlinux);

BOOT(guest)
{
	kvm_start();
	kvm_get_kvm(THE_VM);
	kvm_put_in_thread(THE_VM);
}

THREAD(vmm)
{
	close(vcpu_file);
	close(vm_file);
}

THREAD(admin)
{
	rmmod("kvm_intel");
	rmmod("kvm");
}
