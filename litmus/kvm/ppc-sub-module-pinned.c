// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Result: safe
 *
 * Is kvm.ko the right owner of the files on PowerPC, where the VM's functions are in kvm-hv.ko?
 * Yes: each VM holds the sub-module itself, from kvmppc_core_init_vm() on, and puts it from text of
 * kvm.ko (6.12 arch/powerpc/kvm/powerpc.c:466, 499), which the file's owner keeps.
 *
 * Claims: C13
 */
#include <lastput.h>

struct kvm {
	refcount_t users_count;
	int guest;
};
POOL(struct kvm, 1);

MODULE(kvm);

static struct module *kvm_ops_owner;
static void (*kvm_ops_destroy_vm)(struct kvm *kvm);

static int kvm_vm_release(struct inode *inode, struct file *filp)
{
	struct kvm *kvm = filp->private_data;

	if (refcount_dec_and_test(&kvm->users_count)) {
		kvm_ops_destroy_vm(kvm);
		module_put(kvm_ops_owner);
		kfree(kvm);
	}
	return 0;
}

static struct file_operations kvm_vm_fops = {
	.owner = THIS_MODULE,
	.release = kvm_vm_release,
};

static struct file *kvm_create_vm(void)
{
	struct kvm *kvm = kzalloc(sizeof(*kvm), GFP_KERNEL);

	__module_get(kvm_ops_owner);
	refcount_set(&kvm->users_count, 1);
	return anon_inode_getfd("kvm-vm", &kvm_vm_fops, kvm, O_RDWR);
}

MODULE(kvm_hv, kvm);

static void kvmppc_core_destroy_vm_hv(struct kvm *kvm)
{
	kvm->guest = 0;
}

static int kvmppc_book3s_init_hv(void)
{
	kvm_ops_owner = THIS_MODULE;
	kvm_ops_destroy_vm = kvmppc_core_destroy_vm_hv;
	return 0;
}
module_init(kvmppc_book3s_init_hv);

static void kvmppc_book3s_exit_hv(void)
{
	kvm_ops_owner = NULL;
}
module_exit(kvmppc_book3s_exit_hv);

MODULE(vmlinux);

static struct file *vm_file;

BOOT(guest)
{
	vm_file = kvm_create_vm();
}

THREAD(vmm)
{
	close(vm_file);
}

THREAD(admin)
{
	rmmod("kvm_hv");
	rmmod("kvm");
}
