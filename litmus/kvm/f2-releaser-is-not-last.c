// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Result: unmapped-text (kvm), use-after-free (kvm_vcpu_fops)
 *
 * Is a ->release() safe if somebody else puts the last reference to the VM?
 * No: without owners, the thread that closes the vCPU has given its reference back and has yet to
 * return from kvm_vcpu_release(), when another thread closes the VM and puts the module.
 *
 * Claims: C10
 * Stage: c F2
 */
#define FOPS_OWNER NULL
#define VM_HOLDS_MODULE 1
#include "kvm.h"

BOOT(guest)
{
	kvm_start();
}

THREAD(vcpu_thread)
{
	close(vcpu_file);
}

THREAD(vmm)
{
	wait_until(refcount_read(&THE_VM->users_count) == 1);
	close(vm_file);
}

THREAD(admin)
{
	rmmod("kvm_intel");
	rmmod("kvm");
}
