// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Result: deadlock
 *
 * May destruction wait for done work, while each work item holds the VM?
 * No: when the put of async_pf_execute() is the last one, it destroys the VM and waits for itself. These
 * are the hung-task frames of the mail.
 *
 * Claims: C7
 * Stage: e4
 */
#define GENERATION 2
#define FOPS_OWNER module
#define APF_GET(vcpu) kvm_get_kvm((vcpu)->kvm)
#define APF_PUT(vcpu) kvm_put_kvm((vcpu)->kvm)
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
