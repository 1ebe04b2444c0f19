// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Result: safe
 *
 * May struct kvm go while an irqfd is being shut down, although the irqfd holds no reference to it?
 * No: whoever closes the VM waits for all shutdown work in kvm_irqfd_release(), also for the work that
 * the closing eventfd has queued, and both sides take irqfds.lock.
 *
 * virt/kvm/eventfd.c is taken unmodified.
 *
 * Options: workers=2
 */
#include "irqfd-real.h"

THREAD(peer)
{
	close(eventfd_file);
}

THREAD(admin)
{
	rmmod("kvm");
}
