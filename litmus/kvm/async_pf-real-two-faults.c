// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Result: safe
 *
 * Do two async page faults of one vCPU in this tree get in each other's way?
 * Not in 6.1.y or in 6.9 and later.
 */
#define ITEMS 2
#include "async_pf-real.h"

THREAD(vmm)
{
	current->mm = vmm_mm;
	ioctl(vcpu_file, KVM_RUN_FAULTS, 0);
	ioctl(vcpu_file, KVM_RUN_FAULTS, 0);
	ioctl(vcpu_file, KVM_RUN, 0);
	vmm_exit();
}
