// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Result: safe
 *
 * May an RCU callback put the last reference to its own module?
 * Yes: free_module() waits for a grace period after the last reference, and a callback that runs with
 * softirqs off holds that up until it has returned.
 *
 * Claims: C2 C3
 */
#include <lastput.h>

MODULE(kvm);

struct kvm_memslots {
	struct rcu_head rcu;
};
POOL(struct kvm_memslots, 1);

static void kvm_free_rcu(struct rcu_head *head)
{
	kfree(container_of(head, struct kvm_memslots, rcu));
	module_put(THIS_MODULE);
}

static void kvm_start(void)
{
	struct kvm_memslots *slots = kzalloc(sizeof(*slots), GFP_KERNEL);

	__module_get(THIS_MODULE);
	call_rcu(&slots->rcu, kvm_free_rcu);
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
