/*
 * Result: safe
 *
 * Does a reader of a seqlock see half of what a writer does?
 * No, it tries again.
 */
#include <lastput.h>

static DEFINE_SEQLOCK(lock);
static seqcount_t count = SEQCNT_ZERO(count);
static int a, b;

THREAD(reader)
{
	unsigned int seq;
	int x, y;

	do {
		seq = read_seqbegin(&lock);
		x = a;
		y = b;
	} while (read_seqretry(&lock, seq));
	WARN_ON(x != y);
}

THREAD(writer)
{
	write_seqlock(&lock);
	a = 1;
	b = 1;
	write_sequnlock(&lock);
}

THREAD(others)
{
	seqcount_spinlock_t other;
	seqcount_mutex_t third;
	unsigned long flags;
	unsigned int seq;

	seqcount_init(&count);
	seqcount_spinlock_init(&other, NULL);
	seqcount_mutex_init(&third, NULL);
	raw_write_seqcount_begin(&count);
	raw_write_seqcount_end(&count);
	seq = raw_read_seqcount_begin(&count);
	WARN_ON(seq != 2 || read_seqcount_retry(&count, seq));
	read_seqlock_excl(&lock);
	read_sequnlock_excl(&lock);
	write_seqlock_irqsave(&lock, flags);
	write_sequnlock_irqrestore(&lock, flags);
}
