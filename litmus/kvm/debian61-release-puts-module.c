// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Result: unmapped-text (kvm), use-after-free (kvm_vm_fops)
 *
 * Is Debian's 6.1 (6.1.192) free of the oops in kvm_vm_release()?
 * No: it has the flush of 3d75b8aa5c29, but neither 087e15206d6a (owners) nor ea61294befd3 (no module
 * reference in struct kvm). No async page fault is needed.
 *
 * Claims: C21
 * Stage: c' F1
 */
#define GENERATION 2
#define FOPS_OWNER NULL
#define VM_HOLDS_MODULE 1
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
