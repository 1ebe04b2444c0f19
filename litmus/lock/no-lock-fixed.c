/*
 * Result: safe
 *
 * Does a spinlock keep a count right that two tasks change?
 * Yes, and so would an atomic_t.
 */
#include <lastput.h>

static DEFINE_SPINLOCK(lock);
static int count;
static atomic_t other;
static int done;

static void add(void)
{
	spin_lock(&lock);
	count++;
	spin_unlock(&lock);
	atomic_inc(&other);
}

THREADS(user, 2)
{
	add();
	atomic { done++; }
	wait_until(done == 2);
	WARN_ON(count != 2 || atomic_read(&other) != 2);
}
