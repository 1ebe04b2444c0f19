// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Result: unmapped-text (kvm)
 *
 * Is a work function safe if its put of the VM is not the last one?
 * No (v5.18): it has given its reference back, but it has not returned. User space puts the last one;
 * the item is done, so kvm_clear_async_pf_completion_queue() does not wait for its work. A reference on
 * behalf of the work item is the wrong tool, whoever puts last.
 *
 * Claims: C9 C15
 * Stage: b B2
 */
#define GENERATION 1
#define FOPS_OWNER module
#define VM_HOLDS_MODULE 1
#include "kvm.h"

BOOT(guest)
{
	kvm_start();
	kvm_setup_async_pf(THE_VCPU);
}

THREAD(vmm)
{
	/* The worker has put the VM: two files are left. */
	wait_until(refcount_read(&THE_VM->users_count) == 2);
	close(vcpu_file);
	close(vm_file);
}

THREAD(admin)
{
	rmmod("kvm_intel");
	rmmod("kvm");
}
