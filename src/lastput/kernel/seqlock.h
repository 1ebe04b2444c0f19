/*
 * Sequence counters and sequence locks.
 *
 * Models include/linux/seqlock.h (6.12): a reader begins when no writer is there and tries again if one was. What
 * blocks: read_seqbegin() while somebody writes (it spins), the writers of a seqlock_t on its spinlock. A reader
 * that tries again as often as a writer comes is not stuck. Writing must not be preempted: a reader on the same CPU would
 * spin for ever, so a writer of a plain counter runs with preemption off, as there.
 *
 * Left out: overflow of the count: it counts to 7 and begins anew; latches; associated locks.
 */

typedef struct seqcount {
	int sequence;
} seqcount_t;

typedef struct {
	seqcount_t seqcount;
	spinlock_t lock;
} seqlock_t;

#define seqcount_spinlock_t seqcount_t
#define seqcount_mutex_t seqcount_t
#define SEQCNT_ZERO(name) { .sequence = 0 }
#define DEFINE_SEQLOCK(name) seqlock_t name
#define seqcount_init(s) ((s)->sequence = 0)
#define seqcount_spinlock_init(s, lock) seqcount_init(s)
#define seqcount_mutex_init(s, lock) seqcount_init(s)
#define seqlock_init(sl) do { seqcount_init(&(sl)->seqcount); spin_lock_init(&(sl)->lock); } while (0)

/* include/linux/seqlock.h:296 */
static inline unsigned int read_seqcount_begin(const seqcount_t *s)
{
	unsigned int now;

	atomic {
		wait_until(!(s->sequence & 1));
		now = s->sequence;
	}
	return now;
}

/* include/linux/seqlock.h:382 */
static inline int read_seqcount_retry(const seqcount_t *s, unsigned int start)
{
	int again;

	atomic { again = s->sequence != (int)start; }
	return again;
}

#define raw_read_seqcount_begin(s) read_seqcount_begin(s)
#define read_seqbegin(sl) read_seqcount_begin(&(sl)->seqcount)
#define read_seqretry(sl, start) read_seqcount_retry(&(sl)->seqcount, start)

/* do_write_seqcount_begin(), include/linux/seqlock.h:478 */
static inline void write_seqcount_begin(seqcount_t *s)
{
	atomic {
		if (s->sequence & 1)
			warn(LOCK_MISUSE, s, "two writers of a sequence counter");
		s->sequence = (s->sequence + 1) & 7;
		current->preempt_count++;
	}
}

/* do_write_seqcount_end(), include/linux/seqlock.h:498 */
static inline void write_seqcount_end(seqcount_t *s)
{
	atomic {
		s->sequence = (s->sequence + 1) & 7;
		current->preempt_count--;
		__rcu_section_end();
	}
}

#define raw_write_seqcount_begin(s) write_seqcount_begin(s)
#define raw_write_seqcount_end(s) write_seqcount_end(s)

/* include/linux/seqlock.h:851, :864 */
static inline void write_seqlock(seqlock_t *sl)
{
	spin_lock(&sl->lock);
	write_seqcount_begin(&sl->seqcount);
}

static inline void write_sequnlock(seqlock_t *sl)
{
	write_seqcount_end(&sl->seqcount);
	spin_unlock(&sl->lock);
}

#define write_seqlock_bh(sl) write_seqlock(sl)
#define write_sequnlock_bh(sl) write_sequnlock(sl)
#define write_seqlock_irq(sl) write_seqlock(sl)
#define write_sequnlock_irq(sl) write_sequnlock(sl)
#define write_seqlock_irqsave(sl, flags) do { (flags) = 0; write_seqlock(sl); } while (0)
#define write_sequnlock_irqrestore(sl, flags) write_sequnlock(sl)
#define read_seqlock_excl(sl) spin_lock(&(sl)->lock)
#define read_sequnlock_excl(sl) spin_unlock(&(sl)->lock)
