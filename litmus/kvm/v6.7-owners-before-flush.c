// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Result: unmapped-text (kvm_intel), warn (kmem_cache)
 *
 * Do owners of all KVM files make module unload safe, before async page faults are flushed?
 * No (6.7-rc to 6.8): the VM no longer holds the module, and a queued work item holds the VM, but no
 * file. One rmmod is enough, as in a1-work-outlives-module.c.
 *
 * Claims: C11 C26
 * Stage: 6.7
 */
#define GENERATION 1
#define FOPS_OWNER module
#include "kvm.h"

POOL(struct file, 3);

BOOT(guest)
{
	kvm_start();
	device_file = kvm_create_device(THE_VM);
	kvm_setup_async_pf(THE_VCPU);
}

THREAD(vmm)
{
	close(device_file);
	close(vcpu_file);
	close(vm_file);
}

THREAD(admin)
{
	rmmod("kvm_intel");
}
