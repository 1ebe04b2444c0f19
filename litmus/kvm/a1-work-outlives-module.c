// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Result: unmapped-text (kvm_intel), warn (kmem_cache)
 *
 * Does a queued async page fault keep the vendor module loaded, if it holds the VM?
 * No (v5.17 and older): the VM holds no module. User space closes everything, kvm-intel.ko goes, and
 * then async_pf_execute() puts the VM, whose destruction calls into the vendor.
 * kvm_exit() has destroyed the slab cache with the item still in it, too.
 *
 * Claims: C9
 * Stage: a A1
 */
#define GENERATION 1
#define FOPS_OWNER module
#include "kvm.h"

BOOT(guest)
{
	kvm_start();
	kvm_setup_async_pf(THE_VCPU);
}

THREAD(vmm)
{
	close(vcpu_file);
	close(vm_file);
}

THREAD(admin)
{
	rmmod("kvm_intel");
}
