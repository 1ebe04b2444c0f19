// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Result: use-after-free (kvm)
 *
 * What does the flush_workqueue() in kvm_irqfd_release() hold up?
 * The end of the VM: without it irqfd_shutdown() finds its struct kvm freed. This is the text of
 * irqfd-shutdown-real.c with a flush that does not wait.
 *
 * Options: workers=2
 */
#define UNFLUSHED
#include "irqfd-real.h"

THREAD(peer)
{
	close(eventfd_file);
}
