/*
 * Spinlocks and mutexes.
 *
 * Models include/linux/spinlock.h, kernel/locking/{spinlock,mutex}.c (6.12). A lock is its owner. What
 * blocks: taking a lock that is held, also by the same task (which then waits for itself for ever).
 * A spinlock turns preemption off: sleeping under it is sleep-in-atomic, and a grace period waits for it.
 * Giving back a lock that the task does not hold is lock-misuse.
 *
 * A timer, an interrupt or an RCU callback runs beside its CPU's task here. That it may come in the middle of
 * the task that holds a lock, and then spins for ever, is reported when it finds the lock held by one that did
 * not turn it off (_bh, _irq, _irqsave). mutex_unlock() still touches the mutex after another may have taken it
 * (Documentation/locking/mutex-design.rst), so that one must not free it.
 *
 * Left out: signals, so the _interruptible and _killable variants succeed; lockdep's rules about order; that
 * interrupts which are off delay those of the same CPU.
 */

typedef struct spinlock {
	struct task_struct *owner;
	int shield;			/* of the owner when it took the lock */
} spinlock_t;

struct mutex {
	struct task_struct *owner;
	int wait_lock;
};

#define raw_spinlock_t spinlock_t
#define DEFINE_SPINLOCK(name) spinlock_t name
#define DEFINE_RAW_SPINLOCK(name) spinlock_t name
#define DEFINE_MUTEX(name) struct mutex name
#define __SPIN_LOCK_UNLOCKED(name) { .owner = NULL }
#define spin_lock_init(lock) ((lock)->owner = NULL)
#define raw_spin_lock_init(lock) ((lock)->owner = NULL)

/* __mutex_init(), kernel/locking/mutex.c:46, with debug_check_no_locks_freed(): also a lock that is held */
static inline void mutex_init(struct mutex *lock)
{
	plain {
		if (lock->owner)
			warn(LOCK_MISUSE, lock, "BUG: held lock initialised again");
		lock->owner = NULL;
	}
}

/*
 * A callback may have come in the middle of the owner on its CPU, and then spins for ever: lockdep's
 * "inconsistent lock state" (print_usage_bug(), kernel/locking/lockdep.c:4031). In a block.
 */
static inline void __spins_over_owner(spinlock_t *lock)
{
	if (lock->owner && current->context > lock->shield)
		fail(DEADLOCK, lock, "interrupts the holder of the lock on its CPU, and spins for it");
}

/* _raw_spin_lock(), kernel/locking/spinlock.c:152 */
static void spin_lock(spinlock_t *lock)
{
	acquire {
		__spins_over_owner(lock);
		wait_until(!lock->owner);
		lock->owner = current;
		lock->shield = __shield();
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
			lock->shield = __shield();
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
			lock->shield = 0;
			current->preempt_count--;
			__rcu_section_end();
		} else {
			warn(LOCK_MISUSE, lock, "spin_unlock() of a spinlock that this task does not hold");
		}
	}
}

#define spin_is_locked(lock) ((lock)->owner != NULL)
#define spin_lock_nested(lock, subclass) spin_lock(lock)
#define spin_lock_bh(lock) do { current->bh_off++; spin_lock(lock); } while (0)
#define spin_unlock_bh(lock) do { spin_unlock(lock); current->bh_off--; } while (0)
#define spin_lock_irq(lock) do { current->irqs_off++; spin_lock(lock); } while (0)
#define spin_unlock_irq(lock) do { spin_unlock(lock); current->irqs_off--; } while (0)
#define spin_lock_irqsave(lock, flags) do { (flags) = 0; spin_lock_irq(lock); } while (0)
#define spin_unlock_irqrestore(lock, flags) spin_unlock_irq(lock)
#define raw_spin_lock(lock) spin_lock(lock)
#define raw_spin_unlock(lock) spin_unlock(lock)
#define raw_spin_trylock(lock) spin_trylock(lock)
#define raw_spin_lock_irq(lock) spin_lock_irq(lock)
#define raw_spin_unlock_irq(lock) spin_unlock_irq(lock)
#define raw_spin_lock_irqsave(lock, flags) spin_lock_irqsave(lock, flags)
#define raw_spin_unlock_irqrestore(lock, flags) spin_unlock_irq(lock)

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
	(void)lock->wait_lock;		/* kernel/locking/mutex.c:933: another may have taken it by now */
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
