// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Result: safe
 *
 * May a work item hold the module, if built-in text puts it after the module's function has returned?
 * Yes: nobody returns to the module after the put. drivers/md/dm-builtin.c is in vmlinux for this.
 *
 * Claims: C2
 * Stage: e5
 */
#define FOPS_OWNER module
#include "kvm.h"

struct held_work {
	struct work_struct work;
	void (*func)(struct kvm *kvm);
	struct kvm *kvm;
	struct module *owner;
};

static struct held_work put_work;

static void held_work_fn(struct work_struct *work)
{
	struct held_work *held = container_of(work, struct held_work, work);

	held->func(held->kvm);
	module_put(held->owner);
}

BOOT(guest)
{
	kvm_start();
	kvm_get_kvm(THE_VM);
	__module_get(kvm_chardev_ops.owner);
	put_work.func = kvm_put_kvm;
	put_work.kvm = THE_VM;
	put_work.owner = kvm_chardev_ops.owner;
	INIT_WORK(&put_work.work, held_work_fn);
	schedule_work(&put_work.work);
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
