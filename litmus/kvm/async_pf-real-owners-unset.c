// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Result: unmapped-text (kvm), use-after-free (kvm_vm_fops)
 *
 * Do the async page faults of this tree make KVM safe, if its files own no module?
 * No (Debian's 6.1.192): with async_pf.c as it should be, the release of a file still returns into
 * nothing, after kvm_destroy_vm() has put the module.
 *
 * Claims: C21
 * Stage: c' F1
 */
#define FOPS_OWNER NULL
#define VM_HOLDS_MODULE 1
#include "async_pf-real.h"

THREAD(vmm)
{
	current->mm = vmm_mm;
	ioctl(vcpu_file, KVM_RUN_FAULTS, 0);
	vmm_exit();
}
