// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Result: safe
 *
 * May the release of a VM file put the last reference to its module?
 * Yes, if the file operations have an owner as well (v5.18 before 70375c2d8fa3): __fput() puts that one
 * after kvm_vm_release() has returned.
 *
 * Claims: C10
 * Stage: b
 */
#define FOPS_OWNER module
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
