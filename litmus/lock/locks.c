/*
 * Result: safe
 *
 * Do the lock operations do what they say?
 * One task tries them all.
 */
#include <lastput.h>

struct obj {
	spinlock_t spin;
	raw_spinlock_t raw;
	struct mutex mutex;
	struct rw_semaphore rwsem;
	rwlock_t rwlock;
};

static struct obj obj;
static DEFINE_RAW_SPINLOCK(raw);
static spinlock_t unlocked = __SPIN_LOCK_UNLOCKED(unlocked);

static int locks(void)
{
	unsigned long flags;

	spin_lock_init(&obj.spin);
	raw_spin_lock_init(&obj.raw);
	mutex_init(&obj.mutex);
	init_rwsem(&obj.rwsem);
	rwlock_init(&obj.rwlock);

	spin_lock_irqsave(&obj.spin, flags);
	lockdep_assert_irqs_disabled();
	lockdep_assert_once(in_atomic());
	raw_spin_lock(&raw);
	WARN_ON(!spin_is_locked(&obj.spin) || raw_spin_trylock(&raw));
	raw_spin_unlock(&raw);
	spin_unlock_irqrestore(&obj.spin, flags);
	spin_lock_irq(&unlocked);
	spin_lock_nested(&obj.spin, 1);
	spin_unlock(&obj.spin);
	spin_unlock_irq(&unlocked);
	raw_spin_lock_irq(&obj.raw);
	raw_spin_unlock_irq(&obj.raw);
	raw_spin_lock_irqsave(&obj.raw, flags);
	raw_spin_unlock_irqrestore(&obj.raw, flags);

	lockdep_set_class(&obj.mutex, 1);
	WARN_ON(mutex_lock_interruptible(&obj.mutex));
	WARN_ON(!mutex_is_locked(&obj.mutex) || !lockdep_is_held(&obj.mutex));
	mutex_unlock(&obj.mutex);
	WARN_ON(mutex_lock_killable(&obj.mutex));
	mutex_unlock(&obj.mutex);
	mutex_lock_nested(&obj.mutex, 1);
	mutex_unlock(&obj.mutex);
	mutex_destroy(&obj.mutex);

	WARN_ON(down_read_killable(&obj.rwsem) || down_read_interruptible(&obj.rwsem));
	lockdep_assert_held_read(&obj.rwsem);
	WARN_ON(!rwsem_is_locked(&obj.rwsem));
	up_read(&obj.rwsem);
	up_read(&obj.rwsem);
	WARN_ON(down_write_killable(&obj.rwsem));
	lockdep_assert_held_write(&obj.rwsem);
	up_write(&obj.rwsem);

	read_lock_irqsave(&obj.rwlock, flags);
	read_lock_bh(&obj.rwlock);
	read_unlock_bh(&obj.rwlock);
	read_unlock_irqrestore(&obj.rwlock, flags);
	write_lock_irqsave(&obj.rwlock, flags);
	write_unlock_irqrestore(&obj.rwlock, flags);
	write_lock_irq(&obj.rwlock);
	write_unlock_irq(&obj.rwlock);
	write_lock_bh(&obj.rwlock);
	write_unlock_bh(&obj.rwlock);
	return 0;
}

static int semaphores(void)
{
	static struct semaphore sem;

	sema_init(&sem, 1);
	WARN_ON(down_interruptible(&sem) || !down_trylock(&sem));
	up(&sem);
	return 0;
}

static int preemption(void)
{
	unsigned long flags;

	local_irq_save(flags);
	local_bh_disable();
	local_irq_disable();
	WARN_ON(preempt_count() != 3 || !in_interrupt() || !in_task());
	local_irq_enable();
	local_bh_enable();
	local_irq_restore(flags);
	WARN_ON(get_cpu() != smp_processor_id());
	put_cpu();
	might_sleep_if(!in_atomic());
	cond_resched();
	yield();
	return 0;
}

THREAD(user)
{
	SYSCALL(locks());
	SYSCALL(semaphores());
	SYSCALL(preemption());
}
