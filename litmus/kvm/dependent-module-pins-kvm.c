// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Result: safe
 *
 * Does kvm-intel.ko hold a reference to kvm.ko?
 * Yes: it uses its symbols. rmmod of kvm fails as long as kvm_intel is loaded, whatever user space does.
 *
 * Claims: C14
 */
#define FOPS_OWNER module
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
	if (rmmod("kvm") == 0)
		fail(WARN, NULL, "kvm went before kvm_intel");
}
