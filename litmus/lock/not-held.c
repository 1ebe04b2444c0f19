/*
 * Result: lock-misuse (lock)
 *
 * Who notices a function that is called without the lock it needs?
 * Its own lockdep_assert_held().
 */
#include <lastput.h>

static DEFINE_SPINLOCK(lock);
static int count;

static void add_locked(void)
{
	lockdep_assert_held(&lock);
	count++;
}

THREAD(user)
{
	add_locked();
}
