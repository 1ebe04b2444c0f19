// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Result: safe
 *
 * Is a file reference on behalf of each work item safe, if destruction waits for done work as well?
 * Yes: delayed_fput() waits for the worker, and no worker ever waits for itself.
 *
 * Claims: C28
 * Stage: e2
 * Options: workers=2
 */
#define GENERATION 2
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
