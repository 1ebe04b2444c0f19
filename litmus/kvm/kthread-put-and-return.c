// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Result: unmapped-text (kvm)
 *
 * May a kthread put the last reference to its own module and return?
 * No: it has yet to return to kthread(). module_put_and_kthread_exit() is for this
 * (kthread-put-and-exit.c).
 *
 * Claims: C6
 */
#define EXIT module_put(THIS_MODULE)
#include "kthread-put.h"
