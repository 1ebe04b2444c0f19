// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Result: warn
 *
 * May the destruction of a vCPU flush whatever it finds on the list of done async page faults?
 * No (the patches attached to the mail): the item that kvm_async_pf_wakeup_all() puts there has no work
 * function, and __flush_work() warns about that.
 *
 * Claims: C22
 * Stage: d0 D0b
 */
#define GENERATION 2
#define FLUSH_IN_CHECK 0
#define FLUSH_WAKEUP_ALL 1
#define FOPS_OWNER module
#include "kvm.h"

BOOT(guest)
{
	kvm_start();
}

THREAD(vmm)
{
	ioctl(vcpu_file, KVM_RUN_APF_ON, 0);
	close(vcpu_file);
	close(vm_file);
}
