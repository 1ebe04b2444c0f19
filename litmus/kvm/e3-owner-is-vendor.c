// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Result: safe
 *
 * Does the vendor module as owner of the files keep both modules, kvm_intel and kvm?
 * Yes: kvm-intel.ko uses symbols of kvm.ko. The rmmods fail as long as a file is open.
 *
 * Claims: C12
 */
#define FOPS_OWNER module
#include "kvm.h"

BOOT(guest)
{
	kvm_start();
}

THREAD(vmm)
{
	rmmod("kvm_intel");
	rmmod("kvm");
	ioctl(vcpu_file, KVM_RUN, 0);
	close(vcpu_file);
	close(vm_file);
}
