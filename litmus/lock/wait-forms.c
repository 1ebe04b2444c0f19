/*
 * Result: safe
 *
 * What do the rarer forms of wait_event() wait for?
 * For their condition, with the lock given back while they sleep.
 */
#include <lastput.h>

static DECLARE_WAIT_QUEUE_HEAD(wq);
static DEFINE_SPINLOCK(lock);
static unsigned long bits;
static int ready, var;

THREAD(waker)
{
	spin_lock_irq(&lock);
	ready = 1;
	wake_up_poll(&wq, 1);
	spin_unlock_irq(&lock);
	wake_up_interruptible_poll(&wq, 1);
	wake_up_interruptible_sync(&wq);
	wake_up_interruptible_nr(&wq, 1);
	wake_up_nr(&wq, 1);
	var = 1;
	wake_up_var(&var);
}

THREAD(waiter)
{
	spin_lock_irq(&lock);
	wait_event_lock_irq(wq, ready, lock);
	wait_event_interruptible_lock_irq(wq, ready, lock);
	WARN_ON(!ready);
	spin_unlock_irq(&lock);
	wait_var_event(&var, var);
	wait_var_event_interruptible(&var, var);
	wait_var_event_timeout(&var, var, 1);
	set_bit(0, &bits);
	clear_and_wake_up_bit(0, &bits);
	wait_on_bit(&bits, 0, TASK_UNINTERRUPTIBLE);
	wait_on_bit_timeout(&bits, 0, TASK_UNINTERRUPTIBLE, 1);
	wait_on_bit_lock(&bits, 0, TASK_UNINTERRUPTIBLE);
	WARN_ON(!test_bit(0, &bits));
}

THREAD(others)
{
	wait_event_cmd(wq, ready, (void)0, (void)0);
	wait_event_exclusive_cmd(wq, ready, (void)0, (void)0);
	wait_event_interruptible_exclusive(wq, ready);
	wait_event_killable_exclusive(wq, ready);
	wait_event_idle_timeout(wq, ready, 1);
	wait_event_killable_timeout(wq, ready, 1);
	wait_event_interruptible_hrtimeout(wq, ready, 1);
	io_wait_event(wq, ready);
}

THREAD(idle)
{
	wait_event_idle_exclusive(wq, ready);
}
