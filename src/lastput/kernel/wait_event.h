/*
 * wait_event() in its rarer forms.
 *
 * Models include/linux/{wait,wait_bit}.h and kernel/sched/wait_bit.c (6.12) over wait.h. What blocks: as the names
 * say, until the condition holds. The forms with a lock give it back while they sleep.
 *
 * Left out: which of several waiters an exclusive wake-up reaches (all of them); signals; what is between the queue
 * of a bit or a variable and the queues that others share with it.
 */

/* include/linux/wait.h:1058 */
#define __wait_event_locked(wq, cond, unlock, lock) do {	\
	while (!(cond)) {					\
		unlock;						\
		wait_event(wq, cond);				\
		lock;						\
	}							\
} while (0)
#define wait_event_lock_irq(wq, cond, lock) \
	__wait_event_locked(wq, cond, spin_unlock_irq(&(lock)), spin_lock_irq(&(lock)))
#define wait_event_interruptible_lock_irq(wq, cond, lock) ({ wait_event_lock_irq(wq, cond, lock); 0; })
#define wait_event_cmd(wq, cond, before, after) __wait_event_locked(wq, cond, before, after)
#define wait_event_exclusive_cmd(wq, cond, before, after) __wait_event_locked(wq, cond, before, after)
#define wait_event_interruptible_exclusive(wq, cond) wait_event_interruptible(wq, cond)
#define wait_event_killable_exclusive(wq, cond) wait_event_killable(wq, cond)
#define wait_event_idle_exclusive(wq, cond) wait_event_idle(wq, cond)
#define wait_event_idle_timeout(wq, cond, timeout) wait_event_timeout(wq, cond, timeout)
#define wait_event_killable_timeout(wq, cond, timeout) wait_event_timeout(wq, cond, timeout)
#define wait_event_hrtimeout(wq, cond, timeout) (wait_event_timeout(wq, cond, 1) ? 0 : -ETIME)
#define wait_event_interruptible_hrtimeout(wq, cond, timeout) wait_event_hrtimeout(wq, cond, timeout)
#define io_wait_event(wq, cond) wait_event(wq, cond)
#define wake_up_poll(wq, mask) wake_up(wq)
#define wake_up_interruptible_poll(wq, mask) wake_up_interruptible(wq)
#define wake_up_interruptible_sync(wq) wake_up_interruptible(wq)
#define wake_up_interruptible_nr(wq, n) wake_up_interruptible(wq)
#define wake_up_nr(wq, n) wake_up(wq)

/* kernel/sched/wait_bit.c: the queues are shared, so nobody sleeps on memory that may go */
static struct wait_queue_head __var_waitqueue;

/* include/linux/wait_bit.h:273 */
#define wait_var_event(var, cond) wait_event(__var_waitqueue, cond)
#define wait_var_event_interruptible(var, cond) wait_event_interruptible(__var_waitqueue, cond)
#define wait_var_event_timeout(var, cond, timeout) wait_event_timeout(__var_waitqueue, cond, timeout)
/* kernel/sched/wait_bit.c:191 */
#define wake_up_var(var) wake_up_all(&__var_waitqueue)

/* include/linux/wait_bit.h:71: 0 */
#define wait_on_bit(word, bit, mode) ({ wait_event(__var_waitqueue, !test_bit(bit, word)); 0; })
#define wait_on_bit_timeout(word, bit, mode, timeout) \
	(wait_event_timeout(__var_waitqueue, !test_bit(bit, word), timeout) ? 0 : -EAGAIN)
#define wait_on_bit_lock(word, bit, mode) ({						\
	while (test_and_set_bit(bit, word))						\
		wait_event(__var_waitqueue, !test_bit(bit, word));			\
	0;										\
})
/* kernel/sched/wait_bit.c:147 */
#define wake_up_bit(word, bit) wake_up_all(&__var_waitqueue)
#define clear_and_wake_up_bit(bit, word) do { clear_bit(bit, word); wake_up_bit(word, bit); } while (0)
