// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Result: safe
 *
 * Does a module reference of struct kvm keep the module while a work item holds the VM?
 * Yes (5f6de5cbebee): rmmod fails until async_pf_execute() has put the VM. Here the page comes in only
 * after rmmod was tried, and nobody tries again: what the worker still runs after its put is another
 * question (b1, b2).
 *
 * Claims: C9
 * Stage: b
 */
static int tried;

#define GENERATION 1
#define FOPS_OWNER module
#define VM_HOLDS_MODULE 1
#define GUP(vcpu) wait_until(tried)
#include "kvm.h"

BOOT(guest)
{
	kvm_start();
	kvm_setup_async_pf(THE_VCPU);
}

THREAD(vmm)
{
	close(vcpu_file);
	close(vm_file);
}

THREAD(admin)
{
	if (rmmod("kvm_intel") == 0)
		fail(WARN, NULL, "kvm_intel went while a VM was alive");
	tried = 1;
}
