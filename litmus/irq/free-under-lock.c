/*
 * Result: deadlock (lock)
 *
 * May free_irq() be called under a mutex that the thread function takes?
 * No. free_irq() waits for the thread function, which irq_default_primary_handler() woke, and that for the mutex.
 */
#include <lastput.h>

#define IRQ 7

static DEFINE_MUTEX(lock);
static int events;

static irqreturn_t dev_thread(int irq, void *dev_id)
{
	mutex_lock(&lock);
	events++;
	mutex_unlock(&lock);
	return IRQ_HANDLED;
}

THREAD(admin)
{
	request_threaded_irq(IRQ, NULL, dev_thread, IRQF_ONESHOT, "dev", &events);
	mutex_lock(&lock);
	free_irq(IRQ, &events);
	mutex_unlock(&lock);
}
