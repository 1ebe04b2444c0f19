// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Result: safe
 *
 * Does kvm_clear_async_pf_completion_queue() wait for done work since 3d75b8aa5c29?
 * Yes: with the look of clear-passes-over-done-work.c, no work is left when the queues are empty.
 *
 * Claims: C16
 */
#define GENERATION 2
#define FOPS_OWNER module
#define GUP(vcpu) (vcpu)->running = 1
#define APF_GET(vcpu) 
#define APF_PUT(vcpu) do { (vcpu)->running = 0; } while (0)
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
