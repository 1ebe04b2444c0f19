/*
 * Result: sleep-in-atomic
 *
 * May a writer of a seqlock sleep?
 */
#include <lastput.h>

static seqlock_t lock;
static DEFINE_MUTEX(mutex);

THREAD(writer)
{
	seqlock_init(&lock);
	write_seqlock_bh(&lock);
	mutex_lock(&mutex);
	mutex_unlock(&mutex);
	write_sequnlock_bh(&lock);
}
