/*
 * Result: lock-misuse (count)
 *
 * Does a sequence counter keep writers apart?
 * No, a lock of its own has to. A seqlock_t has one.
 */
#include <lastput.h>

static seqcount_t count;
static int value;

THREADS(writer, 2)
{
	write_seqcount_begin(&count);
	value++;
	write_seqcount_end(&count);
}
