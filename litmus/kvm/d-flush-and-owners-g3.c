// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Result: safe
 *
 * Is KVM safe with an owner on every file and a flush wherever a done item is freed?
 * Yes (6.11 and later): every work item is either on a queue of its vCPU or waited for by a thread inside an
 * ioctl on the vCPU's file. Destruction waits for the rest, and runs under a file whose owner goes only
 * after the release has returned.
 *
 * Claims: C22
 * Stage: d
 */
#define GENERATION 3
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
