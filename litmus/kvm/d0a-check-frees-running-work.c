// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Result: use-after-free (kvm_vcpu), unmapped-text
 *
 * Is it enough that the destruction of a vCPU waits for the async page faults it still knows?
 * No (the patches attached to the mail): kvm_check_async_pf_completion() takes a done item off both
 * lists and frees it, while its work runs. Destruction finds nothing to wait for, and as the work no
 * longer holds the VM, it then writes to a freed vCPU. Xu Yilun found it in review.
 *
 * Claims: C19 C20 C22
 * Stage: d0 D0a
 */
#define GENERATION 2
#define FLUSH_IN_CHECK 0
#define FOPS_OWNER module
#include "kvm.h"

BOOT(guest)
{
	kvm_start();
	kvm_setup_async_pf(THE_VCPU);
}

THREAD(vmm)
{
	ioctl(vcpu_file, KVM_RUN, 0);
	close(vcpu_file);
	close(vm_file);
}

THREAD(admin)
{
	rmmod("kvm_intel");
	rmmod("kvm");
}
