// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Result: safe
 *
 * Can the async page faults of this tree outlive the vCPU, the VM or the module they run in?
 * Not since Linux 6.9, nor in 6.1.y since b54478d20375: both ways to take an item off the list of done
 * ones wait for its work. Trees between 4.9 and those fail with unmapped-text, and older ones with
 * deadlock as well: there the work puts the VM.
 *
 * virt/kvm/async_pf.c is taken whole and unmodified, with kvm_get_kvm() and kvm_put_kvm().
 *
 * Claims: C20 C21 C22
 */
#include "async_pf-real.h"

THREAD(vmm)
{
	current->mm = vmm_mm;
	ioctl(vcpu_file, KVM_RUN_FAULTS, 0);
	ioctl(vcpu_file, KVM_RUN, 0);
	vmm_exit();
}
