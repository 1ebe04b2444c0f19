// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Result: safe
 *
 * May a device or guest_memfd file put the VM last, if it has an owner too?
 * Yes: the module references of KVM are all put by __fput(), after the release has returned. Destruction
 * waits for the work that is left.
 *
 * Claims: C11
 * Stage: d
 */
#define GENERATION 3
#define FOPS_OWNER module
#include "kvm.h"

POOL(struct file, 3);

BOOT(guest)
{
	kvm_start();
	device_file = kvm_create_device(THE_VM);
	kvm_setup_async_pf(THE_VCPU);
	close(vcpu_file);
}

THREAD(vmm)
{
	close(vm_file);
	close(device_file);
}

THREAD(admin)
{
	rmmod("kvm_intel");
	rmmod("kvm");
}
