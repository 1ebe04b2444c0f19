/*
 * Reader-writer locks and counting semaphores.
 *
 * Models kernel/locking/{rwsem,semaphore}.c and include/linux/rwlock.h (6.12): one writer or any number of
 * readers. What blocks: as the names say.
 *
 * A writer that waits for readers stops new ones (rwsem_down_read_slowpath(), kernel/locking/rwsem.c:994;
 * queued_read_lock_slowpath(), kernel/locking/qrwlock.c:21), so a task that reads twice can be stuck. In
 * interrupts read_lock() only waits for a writer that has the lock.
 *
 * Left out: downgrade by anybody but the writer.
 */

struct rw_semaphore {
	struct task_struct *owner;
	int readers;
	int waiters;			/* writers that found it held for reading */
};

typedef struct {
	struct task_struct *owner;
	int readers;
	int waiters;
} rwlock_t;

struct semaphore {
	int count;
};

#define DECLARE_RWSEM(name) struct rw_semaphore name
#define DEFINE_RWLOCK(name) rwlock_t name
#define init_rwsem(sem) do { (sem)->owner = NULL; (sem)->readers = (sem)->waiters = 0; } while (0)
#define rwlock_init(lock) init_rwsem(lock)
#define sema_init(sem, n) ((sem)->count = (n))

/* kernel/locking/rwsem.c:1521 */
static void down_read(struct rw_semaphore *sem)
{
	SLEEP_UNTIL(acquire, !sem->owner && !(sem->readers && sem->waiters), sem->readers++; current->held++);
}

/* kernel/locking/rwsem.c:1561 */
static int down_read_trylock(struct rw_semaphore *sem)
{
	int got;

	atomic {
		got = !sem->owner && !(sem->readers && sem->waiters);
		if (got) {
			sem->readers++;
			current->held++;
		}
	}
	return got;
}

/* kernel/locking/rwsem.c:1617 */
static void up_read(struct rw_semaphore *sem)
{
	release {
		if (sem->readers > 0) {
			sem->readers--;
			current->held--;
		} else {
			warn(LOCK_MISUSE, sem, "up_read() of a semaphore that nobody reads");
		}
	}
}

/* kernel/locking/rwsem.c:1574 */
static void down_write(struct rw_semaphore *sem)
{
	int waits;

	acquire {
		__might_resched();
		waits = sem->readers != 0;
		if (waits)
			sem->waiters++;
		else
			wait_until(!sem->owner);
		if (!waits) {
			sem->owner = current;
			current->held++;
		}
	}
	if (waits)
		SLEEP_UNTIL(acquire, !sem->owner && !sem->readers,
			    sem->waiters--; sem->owner = current; current->held++);
}

/* kernel/locking/rwsem.c:1603 */
static int down_write_trylock(struct rw_semaphore *sem)
{
	int got;

	atomic {
		got = !sem->owner && !sem->readers;
		if (got) {
			sem->owner = current;
			current->held++;
		}
	}
	return got;
}

/* kernel/locking/rwsem.c:1627 */
static void up_write(struct rw_semaphore *sem)
{
	release {
		if (sem->owner == current) {
			sem->owner = NULL;
			current->held--;
		} else {
			warn(LOCK_MISUSE, sem, "up_write() of a semaphore that this task does not hold");
		}
	}
}

/* kernel/locking/rwsem.c:1637 */
static void downgrade_write(struct rw_semaphore *sem)
{
	release {
		if (sem->owner == current) {
			sem->owner = NULL;
			sem->readers++;
		} else {
			warn(LOCK_MISUSE, sem, "downgrade_write() of a semaphore that this task does not hold");
		}
	}
}

#define down_read_killable(sem) ({ down_read(sem); 0; })
#define down_write_killable(sem) ({ down_write(sem); 0; })
#define down_read_interruptible(sem) ({ down_read(sem); 0; })
#define rwsem_is_locked(sem) ((sem)->owner != NULL || (sem)->readers != 0)

/* __raw_read_lock(), include/linux/rwlock_api_smp.h:147: spins, so no sleeping check */
static void read_lock(rwlock_t *lock)
{
	acquire {
		wait_until(!lock->owner && (!lock->waiters || !lock->readers || current->context));
		lock->readers++;
		current->preempt_count++;
	}
}

static void read_unlock(rwlock_t *lock)
{
	release {
		if (lock->readers > 0) {
			lock->readers--;
			current->preempt_count--;
			__rcu_section_end();
		} else {
			warn(LOCK_MISUSE, lock, "read_unlock() of a lock that nobody reads");
		}
	}
}

static void write_lock(rwlock_t *lock)
{
	int waits;

	atomic {
		waits = lock->readers != 0;
		if (waits)
			lock->waiters++;
	}
	acquire {
		wait_until(!lock->owner && !lock->readers);
		if (waits)
			lock->waiters--;
		lock->owner = current;
		current->preempt_count++;
	}
}

static void write_unlock(rwlock_t *lock)
{
	release {
		if (lock->owner == current) {
			lock->owner = NULL;
			current->preempt_count--;
			__rcu_section_end();
		} else {
			warn(LOCK_MISUSE, lock, "write_unlock() of a lock that this task does not hold");
		}
	}
}

#define read_lock_irqsave(lock, flags) do { (flags) = 0; read_lock(lock); } while (0)
#define read_unlock_irqrestore(lock, flags) read_unlock(lock)
#define write_lock_irqsave(lock, flags) do { (flags) = 0; write_lock(lock); } while (0)
#define write_unlock_irqrestore(lock, flags) write_unlock(lock)
#define write_lock_irq(lock) write_lock(lock)
#define write_unlock_irq(lock) write_unlock(lock)
#define read_lock_bh(lock) read_lock(lock)
#define read_unlock_bh(lock) read_unlock(lock)
#define write_lock_bh(lock) write_lock(lock)
#define write_unlock_bh(lock) write_unlock(lock)

/* kernel/locking/semaphore.c:55 */
static void down(struct semaphore *sem)
{
	SLEEP_UNTIL(acquire, sem->count > 0, sem->count--);
}

/* kernel/locking/semaphore.c:135: 0 if it was taken */
static int down_trylock(struct semaphore *sem)
{
	int got;

	atomic {
		got = sem->count > 0;
		if (got)
			sem->count--;
	}
	return !got;
}

/* kernel/locking/semaphore.c:184 */
static void up(struct semaphore *sem)
{
	release { sem->count++; }
}

#define down_interruptible(sem) ({ down(sem); 0; })
