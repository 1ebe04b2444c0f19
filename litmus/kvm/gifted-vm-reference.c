// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Result: safe
 *
 * Does the VM reference of a work item protect the memory of VM and vCPU?
 * Yes, if modules stay (generation 1): async_pf_execute() may run on after its item is gone, but not
 * after its VM. Without the reference it does (d0a-check-frees-running-work.c).
 *
 * Claims: C19
 */
#define GENERATION 1
#define FOPS_OWNER module
#include "kvm.h"

BOOT(guest)
{
	kvm_start();
	kvm_setup_async_pf(THE_VCPU);
}

THREAD(vmm)
{
	ioctl(vcpu_file, KVM_RUN, 0);
	close(vcpu_file);
	close(vm_file);
}
