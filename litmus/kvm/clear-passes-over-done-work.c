// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Result: warn (kvm_vcpu)
 *
 * Has all work of a vCPU ended when kvm_clear_async_pf_completion_queue() has emptied its queues?
 * No (generation 1): it frees an item that is done without waiting, and done only says that the page
 * is there. In generation 2 the same look finds nothing (clear-waits-for-done-work.c).
 *
 * Claims: C16
 */
#define GENERATION 1
#define FOPS_OWNER module
#define GUP(vcpu) (vcpu)->running = 1
#define APF_GET(vcpu) kvm_get_kvm((vcpu)->kvm)
#define APF_PUT(vcpu) do { (vcpu)->running = 0; kvm_put_kvm((vcpu)->kvm); } while (0)
#define AFTER_CLEAR(vcpu) \
	if ((vcpu)->running) \
		warn(WARN, vcpu, "the queues are empty, and async_pf_execute() still runs")
#include "kvm.h"

BOOT(guest)
{
	kvm_start();
	kvm_setup_async_pf(THE_VCPU);
}

THREAD(vmm)
{
	kvm_clear_async_pf_completion_queue(THE_VCPU);	/* the guest resets the vCPU */
	close(vcpu_file);
	close(vm_file);
}
