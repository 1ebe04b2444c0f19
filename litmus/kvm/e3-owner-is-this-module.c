// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Result: unmapped-text (kvm_intel)
 *
 * Is THIS_MODULE the right owner of the VM's and the vCPU's file operations?
 * Not on x86: THIS_MODULE is kvm.ko there, and what the files do is in the vendor module. With the files
 * open, rmmod kvm_intel succeeds, and the next ioctl() calls into nothing. No race is needed.
 *
 * Claims: C12
 * Stage: e3
 */
#define FOPS_OWNER THIS_MODULE
#include "kvm.h"

BOOT(guest)
{
	kvm_start();
}

THREAD(vmm)
{
	rmmod("kvm_intel");
	ioctl(vcpu_file, KVM_RUN, 0);
	close(vcpu_file);
	close(vm_file);
}
