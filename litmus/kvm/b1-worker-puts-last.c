// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Result: unmapped-text (kvm)
 *
 * May a work function put the last reference to the VM, if the VM holds the module?
 * No (v5.18): the last put of the VM is the last put of the module, and async_pf_execute() has yet to
 * return. Nothing waits for it: delete_module() flushes no workqueue.
 *
 * Claims: C9 C15
 * Stage: b B1
 */
static int vmm_gone;

#define GENERATION 1
#define FOPS_OWNER module
#define VM_HOLDS_MODULE 1
#define GUP(vcpu) wait_until(vmm_gone)	/* a slow page */
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
	vmm_gone = 1;
}

THREAD(admin)
{
	rmmod("kvm_intel");
	rmmod("kvm");
}
