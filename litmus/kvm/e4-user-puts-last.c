// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Result: safe
 *
 * Does e4-flush-and-vm-reference.c hang if user space puts the VM last?
 * No: then it is the closing thread that waits, and the worker returns.
 *
 * Claims: C7
 * Stage: e4
 */
#define GENERATION 2
#define FOPS_OWNER module
#define APF_GET(vcpu) kvm_get_kvm((vcpu)->kvm)
#define APF_PUT(vcpu) kvm_put_kvm((vcpu)->kvm)
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
