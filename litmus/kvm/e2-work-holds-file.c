// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Result: unmapped-text (kvm)
 *
 * Would a file reference on behalf of each work item make async page faults safe?
 * No: a kworker's fput() leaves the rest to delayed_fput(), so the module is not put under the work
 * function itself. But another kworker does it while this one may not have returned yet. It is only
 * harder to hit.
 *
 * Claims: C17
 * Stage: e2
 * Options: workers=2
 */
#define GENERATION 1
#define FOPS_OWNER module
#define APF_GET(vcpu) get_file((vcpu)->kvm->file)
#define APF_PUT(vcpu) fput((vcpu)->kvm->file)
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
	rmmod("kvm");
}
