/*
 * Spinlocks and mutexes.
 *
 * Models include/linux/spinlock.h, kernel/locking/{spinlock,mutex}.c (6.12). A lock is its owner. What
 * blocks: taking a lock that is held, also by the same task (which then waits for itself for ever).
 * A spinlock turns preemption off: sleeping under it is sleep-in-atomic, and a grace period waits for it.
 * Giving back a lock that the task does not hold is lock-misuse.
 *
 * Left out: interrupts on the same CPU (the _irq and _bh variants only turn preemption off); signals, so the
 * _interruptible and _killable variants succeed; lockdep's rules about order; that mutex_unlock() may still
 * touch the mutex after another task has taken it (__mutex_unlock_slowpath(), kernel/locking/mutex.c:913).
 */

typedef struct spinlock {
	struct task_struct *owner;
} spinlock_t;

struct mutex {
	struct task_struct *owner;
};

#define raw_spinlock_t spinlock_t
#define DEFINE_SPINLOCK(name) spinlock_t name
#define DEFINE_RAW_SPINLOCK(name) spinlock_t name
#define DEFINE_MUTEX(name) struct mutex name
#define __SPIN_LOCK_UNLOCKED(name) { .owner = NULL }
#define spin_lock_init(lock) ((lock)->owner = NULL)
#define raw_spin_lock_init(lock) ((lock)->owner = NULL)
#define mutex_init(lock) ((lock)->owner = NULL)

/* _raw_spin_lock(), kernel/locking/spinlock.c:152 */
static void spin_lock(spinlock_t *lock)
{
	acquire {
		wait_until(!lock->owner);
		lock->owner = current;
		current->preempt_count++;
	}
}

/* _raw_spin_trylock(), kernel/locking/spinlock.c:136 */
static int spin_trylock(spinlock_t *lock)
{
	int got;

	atomic {
		got = !lock->owner;
		if (got) {
			lock->owner = current;
			current->preempt_count++;
		}
	}
	return got;
}

/* _raw_spin_unlock(), kernel/locking/spinlock.c:184 */
static void spin_unlock(spinlock_t *lock)
{
	release {
		if (lock->owner == current) {
			lock->owner = NULL;
			current->preempt_count--;
			__rcu_section_end();
		} else {
			warn(LOCK_MISUSE, lock, "spin_unlock() of a spinlock that this task does not hold");
		}
	}
}

#define spin_is_locked(lock) ((lock)->owner != NULL)
#define spin_lock_nested(lock, subclass) spin_lock(lock)
#define spin_lock_bh(lock) spin_lock(lock)
#define spin_unlock_bh(lock) spin_unlock(lock)
#define spin_lock_irq(lock) spin_lock(lock)
#define spin_unlock_irq(lock) spin_unlock(lock)
#define spin_lock_irqsave(lock, flags) do { (flags) = 0; spin_lock(lock); } while (0)
#define spin_unlock_irqrestore(lock, flags) spin_unlock(lock)
#define raw_spin_lock(lock) spin_lock(lock)
#define raw_spin_unlock(lock) spin_unlock(lock)
#define raw_spin_trylock(lock) spin_trylock(lock)
#define raw_spin_lock_irq(lock) spin_lock(lock)
#define raw_spin_unlock_irq(lock) spin_unlock(lock)
#define raw_spin_lock_irqsave(lock, flags) spin_lock_irqsave(lock, flags)
#define raw_spin_unlock_irqrestore(lock, flags) spin_unlock(lock)

/* kernel/locking/mutex.c:281 */
static void mutex_lock(struct mutex *lock)
{
	SLEEP_UNTIL(acquire, !lock->owner, lock->owner = current; current->held++);
}

/* kernel/locking/mutex.c:990 */
static int mutex_lock_interruptible(struct mutex *lock)
{
	mutex_lock(lock);
	return 0;
}

/* kernel/locking/mutex.c:1094 */
static int mutex_trylock(struct mutex *lock)
{
	int got;

	atomic {
		got = !lock->owner;
		if (got) {
			lock->owner = current;
			current->held++;
		}
	}
	return got;
}

/* kernel/locking/mutex.c:542 */
static void mutex_unlock(struct mutex *lock)
{
	release {
		if (lock->owner == current) {
			lock->owner = NULL;
			current->held--;
		} else {
			warn(LOCK_MISUSE, lock, "mutex_unlock() of a mutex that this task does not hold");
		}
	}
}

#define mutex_lock_killable(lock) mutex_lock_interruptible(lock)
#define mutex_lock_nested(lock, subclass) mutex_lock(lock)
#define mutex_is_locked(lock) ((lock)->owner != NULL)

/* kernel/locking/mutex-debug.c:112 */
static void mutex_destroy(struct mutex *lock)
{
	plain {
		if (lock->owner)
			warn(LOCK_MISUSE, lock, "mutex_destroy() of a locked mutex");
	}
}

/*
 * include/linux/lockdep.h:284. Any lock of this file and of rwsem.h; a lock held for reading is not known
 * by its readers, so any reader will do.
 */
#define lockdep_assert_held(lock) do {							\
	plain {										\
		if ((lock)->owner != current && !(lock)->readers)			\
			warn(LOCK_MISUSE, lock, "lock not held: " #lock);		\
	}										\
} while (0)
#define lockdep_assert_held_write(lock) lockdep_assert_held(lock)
#define lockdep_assert_held_read(lock) lockdep_assert_held(lock)
#define assert_spin_locked(lock) lockdep_assert_held(lock)
#define lockdep_assert_irqs_disabled() ((void)0)
#define lockdep_assert_once(cond) ((void)0)
#define lockdep_is_held(lock) 1
#define lockdep_set_class(lock, key) ((void)0)
