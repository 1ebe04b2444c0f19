// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Result: unmapped-text (kvm), use-after-free (kvm_vm_fops)
 *
 * Does one rmmod do, where KVM is a single module?
 * Yes (mips, s390, riscv, loongarch): kvm_init() gets the THIS_MODULE of kvm.ko, so no second module
 * stands in the way. There is no vendor module that could own the files there.
 *
 * Claims: C13
 */
#define FOPS_OWNER NULL
#define VM_HOLDS_MODULE 1
#define ONE_MODULE
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
	rmmod("kvm");
}
