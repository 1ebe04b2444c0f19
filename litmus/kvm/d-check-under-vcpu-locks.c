// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Result: safe
 *
 * Can the flush in kvm_check_async_pf_completion() deadlock with what the vCPU thread holds?
 * No: it runs under vcpu->mutex and as a reader of kvm->srcu, and async_pf_execute() takes neither. Its
 * mmput() is not the last one either, as long as the vCPU thread lives.
 *
 * Claims: C27
 * Stage: d
 */
#define GENERATION 2
#define FOPS_OWNER module
#define VCPU_LOCKS 1
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
