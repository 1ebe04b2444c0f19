/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A kthread that holds its own module, as lockd's and the Bluetooth profiles' do. EXIT is how it ends.
 */
#include <lastput.h>

MODULE(kvm);

static int kvm_thread(void *data)
{
	EXIT;
	return 0;
}

static void kvm_start(void)
{
	__module_get(THIS_MODULE);
	kthread_run(kvm_thread, NULL, "kvm");
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
