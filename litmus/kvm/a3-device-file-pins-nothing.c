// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Result: unmapped-text (kvm_intel)
 *
 * May the module go while user space has a KVM device file open?
 * Yes, without any race (v5.17 and older): kvm_device_fops has no owner and the VM holds no module. The
 * next close() of the device puts the VM, and that calls into the vendor.
 *
 * Stage: a A3
 */
#define FOPS_OWNER module
#define DEVICE_OWNER NULL
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
	rmmod("kvm_intel");
	close(device_file);
}
