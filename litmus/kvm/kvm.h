/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * KVM as far as lifetimes go: one VM with one vCPU, the files that stand for them in user space, and
 * the vendor module behind kvm.ko. Names and order of operations are those of virt/kvm/kvm_main.c
 * and arch/x86/kvm; line numbers are of Linux 6.12.
 *
 * A test chooses before it includes this file:
 *   FOPS_OWNER       .owner of the VM's and the vCPU's file operations: NULL, THIS_MODULE (kvm.ko)
 *                    or module (what the vendor handed to kvm_init)
 *   DEVICE_OWNER     the same for device files; default FOPS_OWNER
 *   VM_HOLDS_MODULE  1: struct kvm holds the owner of /dev/kvm, and kvm_destroy_vm() puts it last
 *   GENERATION       which async_pf_g*.h, 0 to 3; without it there are no async page faults
 *   VCPU_LOCKS       1: an ioctl on a vCPU file runs under vcpu->mutex and as a reader of kvm->srcu
 *   ONE_MODULE       the vendor's code is in kvm.ko, as on mips, s390, riscv and loongarch
 */
#include <lastput.h>

#ifndef FOPS_OWNER
#define FOPS_OWNER NULL
#endif
#ifndef DEVICE_OWNER
#define DEVICE_OWNER FOPS_OWNER
#endif
#ifndef VM_HOLDS_MODULE
#define VM_HOLDS_MODULE 0
#endif
#ifndef VCPU_LOCKS
#define VCPU_LOCKS 0
#endif

/* What a thread asks of a vCPU file. */
#define KVM_RUN 1		/* the guest runs, and sees the pages that came in */
#define KVM_RUN_FAULTS 2	/* the guest touches a page that is swapped out */
#define KVM_RUN_APF_ON 3	/* the guest switches async page faults on again */

struct kvm_vcpu;

struct kvm {
	refcount_t users_count;
	struct kvm_vcpu *vcpu;
	int vmcs;		/* what vendor text works on */
	struct file *file;	/* the VM's */
	struct work_struct put;
	struct srcu_struct srcu;
};

struct kvm_vcpu {
	struct kvm *kvm;
	int vmcs;
	int awake;
	int running;		/* async_pf_execute() runs: written by tests that ask */
	struct mutex mutex;
	struct {
		int queued;
		struct list_head queue;
		struct list_head done;
		spinlock_t lock;
	} async_pf;
};

struct kvm_x86_ops {
	void (*vcpu_run)(struct kvm_vcpu *vcpu);
	void (*vcpu_free)(struct kvm_vcpu *vcpu);
	void (*vm_destroy)(struct kvm *kvm);
};

POOL(struct kvm, 1);
POOL(struct kvm_vcpu, 1);

MODULE(kvm);

static struct file_operations kvm_chardev_ops;
static struct file_operations kvm_vm_fops;
static struct file_operations kvm_vcpu_fops;
static struct file_operations kvm_device_fops;

/* The vendor's functions. Static calls and function pointers hold no reference to their module. */
static struct kvm_x86_ops kvm_x86_ops;

/* kvm_main.c:1371 */
static void kvm_get_kvm(struct kvm *kvm)
{
	refcount_inc(&kvm->users_count);
}

static void kvm_put_kvm(struct kvm *kvm);

/* Not in KVM: leave the put to another work item. */
static void kvm_put_work(struct work_struct *work)
{
	kvm_put_kvm(container_of(work, struct kvm, put));
}

static void kvm_put_kvm_later(struct kvm *kvm)
{
	INIT_WORK(&kvm->put, kvm_put_work);
	schedule_work(&kvm->put);
}

/* VMs that kvm_exit() must not see. */
static int vms;

#ifdef GENERATION
#if GENERATION == 0
#include "async_pf_g0.h"
#elif GENERATION == 1
#include "async_pf_g1.h"
#elif GENERATION == 2
#include "async_pf_g2.h"
#else
#include "async_pf_g3.h"
#endif
#endif

/* arch/x86/kvm/x86.c:12151, with kvm_unload_vcpu_mmus() and kvm_destroy_vcpus() */
static void kvm_arch_destroy_vm(struct kvm *kvm)
{
	struct kvm_vcpu *vcpu = kvm->vcpu;

	if (vcpu) {
#ifdef GENERATION
		kvm_clear_async_pf_completion_queue(vcpu);
#endif
		kvm_x86_ops.vcpu_free(vcpu);
		kfree(vcpu);
	}
	kvm_x86_ops.vm_destroy(kvm);
}

/*
 * kvm_main.c:1386. kvm_destroy_vm() (1308) has this one caller and is compiled into it; what is left
 * of it here is what other threads can tell. The put at its end: 6.1 kvm_main.c:1348.
 */
static void kvm_put_kvm(struct kvm *kvm)
{
	if (refcount_dec_and_test(&kvm->users_count)) {
		kvm_arch_destroy_vm(kvm);
		kfree(kvm);
		vms--;
#if VM_HOLDS_MODULE
		module_put(kvm_chardev_ops.owner);
#endif
	}
}

/* kvm_main.c:1406 */
static int kvm_vm_release(struct inode *inode, struct file *filp)
{
	kvm_put_kvm(filp->private_data);
	return 0;
}

/* kvm_main.c:4178 */
static int kvm_vcpu_release(struct inode *inode, struct file *filp)
{
	struct kvm_vcpu *vcpu = filp->private_data;

	kvm_put_kvm(vcpu->kvm);
	return 0;
}

/* kvm_main.c:4786; guest_memfd.c:251 ends in the same way */
static int kvm_device_release(struct inode *inode, struct file *filp)
{
	kvm_put_kvm(filp->private_data);
	return 0;
}

/* kvm_main.c:4426 */
static long kvm_vcpu_ioctl(struct file *filp, unsigned int ioctl, unsigned long arg)
{
	struct kvm_vcpu *vcpu = filp->private_data;

#if VCPU_LOCKS
	int idx;

	mutex_lock(&vcpu->mutex);
	idx = srcu_read_lock(&vcpu->kvm->srcu);
#endif
#ifdef GENERATION
	if (ioctl == KVM_RUN_FAULTS)
		kvm_setup_async_pf(vcpu);
	else if (ioctl == KVM_RUN_APF_ON)
		kvm_async_pf_wakeup_all(vcpu);
	else
		kvm_check_async_pf_completion(vcpu);
#else
	kvm_x86_ops.vcpu_run(vcpu);
#endif
#if VCPU_LOCKS
	srcu_read_unlock(&vcpu->kvm->srcu, idx);
	mutex_unlock(&vcpu->mutex);
#endif
	return 0;
}

static long kvm_device_ioctl(struct file *filp, unsigned int ioctl, unsigned long arg)
{
	return 0;
}

static struct file_operations kvm_vm_fops = {
	.release = kvm_vm_release,
};

static struct file_operations kvm_vcpu_fops = {
	.release = kvm_vcpu_release,
	.unlocked_ioctl = kvm_vcpu_ioctl,
};

static struct file_operations kvm_device_fops = {
	.release = kvm_device_release,
	.unlocked_ioctl = kvm_device_ioctl,
};

/* kvm_main.c:1144, with the reference of 6.1 kvm_main.c:1158 */
static struct kvm *kvm_create_vm(void)
{
	struct kvm *kvm = kzalloc(sizeof(*kvm), GFP_KERNEL);

#if VM_HOLDS_MODULE
	__module_get(kvm_chardev_ops.owner);
#endif
	refcount_set(&kvm->users_count, 1);
	vms++;
	return kvm;
}

/* KVM_CREATE_VM: the file takes over the first reference; kvm_main.c:5491 */
static struct file *kvm_create_vm_file(struct kvm *kvm)
{
	kvm->file = anon_inode_getfd("kvm-vm", &kvm_vm_fops, kvm, O_RDWR);
	return kvm->file;
}

/* KVM_CREATE_VCPU; kvm_main.c:4247 */
static struct file *kvm_create_vcpu(struct kvm *kvm)
{
	struct kvm_vcpu *vcpu = kzalloc(sizeof(*vcpu), GFP_KERNEL);

	vcpu->kvm = kvm;
	kvm->vcpu = vcpu;
#if VCPU_LOCKS
	mutex_init(&vcpu->mutex);
	init_srcu_struct(&kvm->srcu);
#endif
#ifdef GENERATION
	INIT_LIST_HEAD(&vcpu->async_pf.done);
	INIT_LIST_HEAD(&vcpu->async_pf.queue);
	spin_lock_init(&vcpu->async_pf.lock);
#endif
	kvm_get_kvm(kvm);
	return anon_inode_getfd("kvm-vcpu", &kvm_vcpu_fops, vcpu, O_RDWR);
}

/* KVM_CREATE_DEVICE, KVM_CREATE_GUEST_MEMFD; kvm_main.c:4836, guest_memfd.c:399 */
static struct file *kvm_create_device(struct kvm *kvm)
{
	kvm_get_kvm(kvm);
	return anon_inode_getfd("kvm-device", &kvm_device_fops, kvm, O_RDWR);
}

/* kvm_main.c:6440; owners: 6522-6525 */
static int kvm_init(struct kvm_x86_ops *ops, struct module *module)
{
	kvm_x86_ops.vcpu_run = ops->vcpu_run;
	kvm_x86_ops.vcpu_free = ops->vcpu_free;
	kvm_x86_ops.vm_destroy = ops->vm_destroy;
	kvm_chardev_ops.owner = module;
	kvm_vm_fops.owner = FOPS_OWNER;
	kvm_vcpu_fops.owner = FOPS_OWNER;
	kvm_device_fops.owner = DEVICE_OWNER;
#ifdef GENERATION
	return kvm_async_pf_init();
#else
	return 0;
#endif
}

/* kvm_main.c:6571; the vendor calls it from its own exit */
static void kvm_exit(void)
{
#ifdef CHECK_NO_VM_IN_EXIT
	if (vms)
		warn(WARN, NULL, "kvm_exit() with a VM alive");
#endif
#ifdef GENERATION
	kvm_async_pf_deinit();
#endif
}

#ifndef ONE_MODULE
MODULE(kvm_intel, kvm);
#endif

static void vmx_vcpu_run(struct kvm_vcpu *vcpu)
{
	vcpu->vmcs = 1;
}

static void vmx_vcpu_free(struct kvm_vcpu *vcpu)
{
	vcpu->vmcs = 0;
}

static void vmx_vm_destroy(struct kvm *kvm)
{
	kvm->vmcs = 0;
}

static struct kvm_x86_ops vmx_x86_ops = {
	.vcpu_run = vmx_vcpu_run,
	.vcpu_free = vmx_vcpu_free,
	.vm_destroy = vmx_vm_destroy,
};

/* arch/x86/kvm/vmx/vmx.c:8683 */
static int vmx_init(void)
{
	return kvm_init(&vmx_x86_ops, THIS_MODULE);
}
module_init(vmx_init);

static void vmx_exit(void)
{
	kvm_exit();
}
module_exit(vmx_exit);

MODULE(vmlinux);

/* What the VMM has open. Each is a reference of user space to a file. */
static struct file *vm_file, *vcpu_file, *device_file;

#define THE_VM ((struct kvm *)vm_file->private_data)
#define THE_VCPU ((struct kvm_vcpu *)vcpu_file->private_data)

/* A VM with one vCPU. /dev/kvm has been closed again. */
static void kvm_start(void)
{
	struct kvm *kvm = kvm_create_vm();

	vm_file = kvm_create_vm_file(kvm);
	vcpu_file = kvm_create_vcpu(kvm);
}
