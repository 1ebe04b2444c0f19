// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Result: unmapped-text (kvm), use-after-free (kvm_vcpu_fops)
 *
 * Does it help in Debian's 6.1 that another thread puts the VM last?
 * No: it is the first one that returns into nothing then, as in f2-releaser-is-not-last.c.
 *
 * Claims: C21
 * Stage: c' F2
 */
#define GENERATION 2
#define FOPS_OWNER NULL
#define VM_HOLDS_MODULE 1
#include "kvm.h"

BOOT(guest)
{
	kvm_start();
}

THREAD(vcpu_thread)
{
	close(vcpu_file);
}

THREAD(vmm)
{
	wait_until(refcount_read(&THE_VM->users_count) == 1);
	close(vm_file);
}

THREAD(admin)
{
	rmmod("kvm_intel");
	rmmod("kvm");
}
