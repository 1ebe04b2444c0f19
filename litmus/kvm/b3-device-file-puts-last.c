// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Result: unmapped-text (kvm), use-after-free (kvm_device_fops)
 *
 * Does it matter which file of a VM is closed last?
 * Yes (v5.18): the VM and vCPU files have an owner, device files have none. If a device is closed last,
 * kvm_put_kvm() puts the module under kvm_device_release(), which has yet to return.
 *
 * Stage: b B3
 */
#define FOPS_OWNER module
#define DEVICE_OWNER NULL
#define VM_HOLDS_MODULE 1
#include "kvm.h"

POOL(struct file, 3);

BOOT(guest)
{
	kvm_start();
	device_file = kvm_create_device(THE_VM);
}

THREAD(vmm)
{
	close(vcpu_file);
	close(vm_file);
	close(device_file);
}

THREAD(admin)
{
	rmmod("kvm_intel");
	rmmod("kvm");
}
