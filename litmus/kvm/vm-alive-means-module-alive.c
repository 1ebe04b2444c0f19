// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Result: unmapped-text (kvm), use-after-free (kvm_vm_fops)
 *
 * If every VM holds the module, is the module there whenever it is needed?
 * No: the reference of struct kvm does keep its promise (no VM is ever alive in kvm_exit(), or there
 * would be a warning here), and yet kvm_vm_release() returns into nothing. A reference held by an object
 * protects what is done to the object, not the text that puts it.
 *
 * Claims: C23
 * Stage: c F1
 */
#define FOPS_OWNER NULL
#define VM_HOLDS_MODULE 1
#define CHECK_NO_VM_IN_EXIT
#include "kvm.h"

BOOT(guest)
{
	kvm_start();
}

THREAD(vmm)
{
	close(vcpu_file);
	close(vm_file);
}

THREAD(admin)
{
	rmmod("kvm_intel");
	rmmod("kvm");
}
