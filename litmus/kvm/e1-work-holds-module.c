// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Result: unmapped-text (kvm)
 *
 * Would a module reference on behalf of each work item make async page faults safe?
 * No: async_pf_execute() puts it, and then has yet to return, as with the reference of the VM.
 *
 * Claims: C5 C15
 * Stage: e1
 */
#define GENERATION 1
#define FOPS_OWNER module
#define APF_GET(vcpu) do { kvm_get_kvm((vcpu)->kvm); __module_get(kvm_chardev_ops.owner); } while (0)
#define APF_PUT(vcpu) do { kvm_put_kvm((vcpu)->kvm); module_put(kvm_chardev_ops.owner); } while (0)
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
