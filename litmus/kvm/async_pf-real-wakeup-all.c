// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Result: safe
 *
 * Can an item of this tree's kvm_async_pf_wakeup_all() be mistaken for one with work to wait for?
 * Not in 6.1.y or in 6.9 and later: a guest that switches async page faults on again while one is under
 * way leaves an item without a work function on the list of done ones, and neither way to free it
 * flushes it.
 */
#define ITEMS 2
#include "async_pf-real.h"

THREAD(vmm)
{
	int runs_on = 0;

	current->mm = vmm_mm;
	ioctl(vcpu_file, KVM_RUN_FAULTS, 0);
	ioctl(vcpu_file, KVM_RUN_APF_ON, 0);
	plain { runs_on = choose(2); }
	if (runs_on)
		ioctl(vcpu_file, KVM_RUN, 0);
	vmm_exit();
}
