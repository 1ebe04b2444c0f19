// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Result: safe
 *
 * Can rmmod overtake a ->release() that has put its own module, on a kernel without preemption?
 * No: free_module() waits for a grace period between the last reference and the end of the text, and a
 * task that neither sleeps nor is preempted holds grace periods up until it has returned. Preemptible
 * RCU gives no such promise (f1-release-puts-module.c).
 *
 * Claims: C25
 * Options: preempt=none
 */
#define FOPS_OWNER NULL
#define VM_HOLDS_MODULE 1
#include "kvm.h"

BOOT(guest)
{
	kvm_start();
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
