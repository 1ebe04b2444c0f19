// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Result: unmapped-text (kvm), use-after-free (kvm_device_fops)
 *
 * May kvm_gmem_release() put the last reference to the VM, if the VM holds the module?
 * No: this is the call chain of the mail, kvm_gmem_release(), kvm_put_kvm(), kvm_destroy_vm(),
 * module_put(), then a preemption and delete_module().
 *
 * Claims: C1
 * Stage: c F1
 */
#define FOPS_OWNER NULL
#define VM_HOLDS_MODULE 1
#include "kvm.h"

BOOT(guest)
{
	struct kvm *kvm = kvm_create_vm();

	device_file = kvm_create_device(kvm);	/* released as a guest_memfd is */
	kvm_put_kvm(kvm);
}

THREAD(vmm)
{
	close(device_file);
}

THREAD(admin)
{
	rmmod("kvm_intel");
	rmmod("kvm");
}
