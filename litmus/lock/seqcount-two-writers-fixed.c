/*
 * Result: safe
 *
 * What keeps the writers of a sequence counter apart?
 * The spinlock of a seqlock_t.
 */
#include <lastput.h>

static seqlock_t count;
static int value;

THREADS(writer, 2)
{
	write_seqlock_irq(&count);
	value++;
	write_sequnlock_irq(&count);
}
