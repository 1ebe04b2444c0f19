// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Result: unmapped-text (kvm)
 *
 * May a work function put the last reference to its own module?
 * No: async functions are run by workqueues, but workqueues know nothing of async functions.
 * delete_module() waits for the latter and flushes no workqueue.
 *
 * Claims: C3 C5
 */
#include <lastput.h>

MODULE(kvm);

static void kvm_put_work(struct work_struct *work)
{
	module_put(THIS_MODULE);
}

static DECLARE_WORK(kvm_work, kvm_put_work);

static void kvm_start(void)
{
	__module_get(THIS_MODULE);
	schedule_work(&kvm_work);
}

MODULE(vmlinux);

BOOT(guest)
{
	kvm_start();
}

THREAD(admin)
{
	rmmod("kvm");
}
