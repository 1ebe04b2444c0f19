// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Result: safe
 *
 * May an async function put the last reference to its own module?
 * Yes: delete_module() calls async_synchronize_full() before the text goes, and the entry counts until
 * the function has returned to async_run_entry_fn().
 *
 * Claims: C4
 * Stage: e5
 */
#define FOPS_OWNER module
#define VM_HOLDS_MODULE 1
#include "kvm.h"

MODULE(kvm);

static void kvm_put_async(void *data, async_cookie_t cookie)
{
	kvm_put_kvm(data);
}

MODULE(vmlinux);

BOOT(guest)
{
	kvm_start();
	kvm_get_kvm(THE_VM);
	async_schedule(kvm_put_async, THE_VM);
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
