// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Result: unmapped-text (kvm), use-after-free (kvm_vm_fops)
 *
 * May a ->release() drop the last reference to its own module?
 * No: nothing pins kvm.ko while kvm_vm_release() still has to return. This is the oops that Al Viro saw
 * coming; on x86 it takes two rmmods, as kvm-intel.ko uses kvm.ko. If the module goes a little later,
after the release has returned, __fput() still reads f_op->owner, which is data of kvm.ko.
 *
 * Claims: C1 C3 C10 C25
 * Stage: c F1
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
