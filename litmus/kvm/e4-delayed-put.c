// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Result: safe
 *
 * Does e4-flush-and-vm-reference.c hang if another kworker puts the VM for the worker?
 * No: the one that puts last is not the one it waits for.
 *
 * Claims: C28
 * Stage: e4
 * Options: workers=2
 */
#define GENERATION 2
#define FOPS_OWNER module
#define APF_GET(vcpu) kvm_get_kvm((vcpu)->kvm)
#define APF_PUT(vcpu) kvm_put_kvm_later((vcpu)->kvm)
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
