// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Result: unmapped-text (kvm), warn (kmem_cache)
 *
 * Is async_pf_execute() out of danger once its page is there?
 * No (v5.17 and older): between adding the item to the list of done ones and its return it still runs
 * text of kvm.ko, and nothing holds kvm.ko for it.
 *
 * Claims: C16
 * Stage: a A2
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
	wait_until(!list_empty(&THE_VCPU->async_pf.done));
	close(vcpu_file);
	close(vm_file);
}

THREAD(admin)
{
	rmmod("kvm_intel");
	rmmod("kvm");
}
