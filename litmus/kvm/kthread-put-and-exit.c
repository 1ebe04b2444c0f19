// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Result: safe
 *
 * Is module_put_and_kthread_exit() at the end of a kthread safe?
 * Yes: built-in text puts the module, and never returns to it. Its twin is kthread-put-and-return.c.
 *
 * Claims: C2 C6
 */
#define EXIT module_put_and_kthread_exit(0)
#include "kthread-put.h"
