// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Result: deadlock
 *
 * Could the first async page faults (Linux 2.6.38) wait for themselves?
 * Yes: each work item held a reference to the VM, and the last put of a VM waits for every work item.
 * When the put of async_pf_execute() is the last one, it waits for its own return. The flush was there
 * first; leaving it out (22583f0d9c85) was the cure for this.
 *
 * Claims: C18
 * Stage: 0
 */
#define GENERATION 0
#define FOPS_OWNER module
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
