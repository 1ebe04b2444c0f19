// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Result: safe
 *
 * Can async_pf_execute() of Debian's 6.1 return into nothing?
 * No: whoever destroys the VM waits for its work first. rmmod comes after the close()s have returned
 * here, so that only the worker is in question.
 *
 * Claims: C21
 * Stage: c'
 */
#define GENERATION 2
#define FOPS_OWNER NULL
#define VM_HOLDS_MODULE 1
#include "kvm.h"

static int vmm_gone;

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
	vmm_gone = 1;
}

THREAD(admin)
{
	wait_until(vmm_gone);
	rmmod("kvm_intel");
	rmmod("kvm");
}
