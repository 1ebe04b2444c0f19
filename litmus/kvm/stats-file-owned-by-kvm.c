// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Result: unmapped-text (kvm_intel)
 *
 * Does the file of a VM's statistics keep what it needs when it is closed last?
 * No: it holds the VM, and its owner is THIS_MODULE, which is kvm.ko (6.12 kvm_main.c:5143 and 4388).
 * kvm_init() gives the vendor's module to the other files only (6522). With every other file closed,
 * rmmod kvm_intel succeeds, and the last close() destroys the VM through text that is gone. No race is
 * needed. On a real 6.12 it faults a little earlier, in the VM's debugfs directory, which kvm_exit()
 * removed (6571).
 *
 * Claims: C12
 */
#define FOPS_OWNER module
#define DEVICE_OWNER THIS_MODULE
#include "kvm.h"

POOL(struct file, 3);

BOOT(guest)
{
	kvm_start();
	device_file = kvm_create_device(THE_VM);	/* KVM_GET_STATS_FD: the same in what it holds */
	close(vcpu_file);
	close(vm_file);
}

THREAD(vmm)
{
	close(device_file);
}

THREAD(admin)
{
	rmmod("kvm_intel");
}
