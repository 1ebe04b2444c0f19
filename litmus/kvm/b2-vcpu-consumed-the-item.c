// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Result: unmapped-text (kvm)
 *
 * Would waiting for the work in kvm_clear_async_pf_completion_queue() be enough against b2?
 * No: here the vCPU takes the item off both lists in kvm_check_async_pf_completion() and frees it, so
 * that nothing is left to wait for when the VM ends. The worker has put the VM, but not returned.
 *
 * Claims: C15
 * Stage: b B2
 */
#define GENERATION 2
#define FLUSH_IN_CHECK 0
#define APF_GET(vcpu) kvm_get_kvm((vcpu)->kvm)
#define APF_PUT(vcpu) kvm_put_kvm((vcpu)->kvm)
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
	ioctl(vcpu_file, KVM_RUN, 0);
	close(vcpu_file);
	close(vm_file);
}

THREAD(admin)
{
	rmmod("kvm_intel");
	rmmod("kvm");
}
