// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Result: unmapped-text (kvm)
 *
 * May an async function of an exclusive domain put the last reference to its own module?
 * No: async_synchronize_full() waits for registered domains only, and delete_module() for nothing
 * else (kernel/async.c:171).
 *
 * Claims: C4
 */
#define FOPS_OWNER module
#define VM_HOLDS_MODULE 1
#include "kvm.h"

MODULE(kvm);

static ASYNC_DOMAIN_EXCLUSIVE(kvm_domain);

static void kvm_put_async(void *data, async_cookie_t cookie)
{
	kvm_put_kvm(data);
}

MODULE(vmlinux);

BOOT(guest)
{
	kvm_start();
	kvm_get_kvm(THE_VM);
	async_schedule_domain(kvm_put_async, THE_VM, &kvm_domain);
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
