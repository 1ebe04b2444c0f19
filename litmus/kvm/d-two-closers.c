// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Result: safe
 *
 * Are two threads that close the files of one VM safe, whoever puts last?
 * Yes: each of them runs under the owner of its own file.
 *
 * Claims: C11
 * Stage: d
 */
#define FOPS_OWNER module
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
	close(vm_file);
}

THREAD(admin)
{
	rmmod("kvm_intel");
	rmmod("kvm");
}
