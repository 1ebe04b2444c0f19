// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Result: safe
 *
 * Is an item of kvm_async_pf_wakeup_all() that nobody consumed freed without a flush?
 * Yes (6.9 and later): kvm_flush_and_free_async_pf_work() tells it from the others.
 *
 * Claims: C22
 * Stage: d
 */
#define GENERATION 3
#define ITEMS 2
#define FOPS_OWNER module
#include "kvm.h"

BOOT(guest)
{
	kvm_start();
	kvm_setup_async_pf(THE_VCPU);
}

THREAD(vmm)
{
	ioctl(vcpu_file, KVM_RUN_APF_ON, 0);
	close(vcpu_file);
	close(vm_file);
}

THREAD(admin)
{
	rmmod("kvm_intel");
	rmmod("kvm");
}
