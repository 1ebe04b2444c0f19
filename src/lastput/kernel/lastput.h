/*
 * The modelled kernel: what #include <lastput.h> gives to a litmus test.
 *
 * Each file says what it models, what blocks and what is left out. Line numbers are those of Linux 6.12.
 */

#include "types.h"
#include "kernel.h"
#include "list.h"
#include "hlist.h"
#include "atomic.h"
#include "sched.h"
#include "task_work.h"
#include "sched.c"
#include "lock.h"
#include "rwsem.h"
#include "wait.h"
#include "refcount.h"
#include "rcu.c"
#include "srcu.c"
#include "debugobjects.h"
#include "slab.c"
#include "kthread.c"
#include "workqueue.c"
#include "workqueue_flush.c"
#include "async.c"
#include "timer.c"
#include "module.c"
#include "file_table.c"
#include "char_dev.c"
#include "syscalls.h"
#include "mm.c"
#include "notifier.c"
#include "kobject.c"
