/*
 * Result: safe
 *
 * Do readers of a rw_semaphore and of a rwlock_t see a writer half done?
 * No, and a writer that becomes a reader lets other readers in, but no other writer.
 */
#include <lastput.h>

static DECLARE_RWSEM(sem);
static DEFINE_RWLOCK(lock);
static int a, b;

THREAD(writer)
{
	down_write(&sem);
	a = 1;
	downgrade_write(&sem);
	WARN_ON(a != 1);
	up_read(&sem);
	write_lock(&lock);
	b = 1;
	b = 2;
	write_unlock(&lock);
}

THREAD(reader)
{
	read_lock(&lock);
	WARN_ON(b == 1);
	read_unlock(&lock);
	if (down_write_trylock(&sem)) {
		a = 1;
		up_write(&sem);
	} else {
		down_read(&sem);
		up_read(&sem);
	}
	if (down_read_trylock(&sem))
		up_read(&sem);
}
