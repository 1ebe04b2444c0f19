// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Result: safe
 *
 * Is THIS_MODULE the right owner, where KVM is a single module?
 * Yes: all text that the release can reach is then in the owner.
 *
 * Claims: C13
 */
#define FOPS_OWNER THIS_MODULE
#define ONE_MODULE
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
	rmmod("kvm");
}
