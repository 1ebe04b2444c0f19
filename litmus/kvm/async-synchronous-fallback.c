// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Result: unmapped-text (kvm)
 *
 * Is a put in an async function safe when async_schedule() runs out of memory?
 * No: the function is then called at once, in the caller, and is no entry that anybody waits for
 * (kernel/async.c:214). The caller is built-in text here, so that only the function is in question.
 *
 * Claims: C4
 * Options: define CONFIG_ASYNC_OOM
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

static struct kvm *held;

BOOT(guest)
{
	held = kvm_create_vm();
}

THREAD(core)
{
	async_schedule(kvm_put_async, held);
}

THREAD(admin)
{
	rmmod("kvm_intel");
	rmmod("kvm");
}
