// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Result: safe
 *
 * May an interrupt be injected into a VM that is gone?
 * No: irqfd_shutdown() first takes the irqfd off the eventfd, then waits for the injection that is under
 * way, and only then frees the irqfd; the VM waits for irqfd_shutdown().
 *
 * Options: workers=2
 */
#include "irqfd-real.h"

THREAD(peer)
{
	ioctl(eventfd_file, 0, 0);
	close(eventfd_file);
}
