// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Result: safe
 *
 * May a work function put the last reference to its own module, if module_exit() flushes the work?
 * Yes: delete_module() calls exit() before the text goes, and flush_work() returns when the function
 * has.
 *
 * Claims: C2 C3
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

static void kvm_exit(void)
{
	flush_work(&kvm_work);
}
module_exit(kvm_exit);

MODULE(vmlinux);

BOOT(guest)
{
	kvm_start();
}

THREAD(admin)
{
	rmmod("kvm");
}
