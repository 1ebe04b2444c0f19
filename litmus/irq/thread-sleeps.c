/*
 * Result: safe
 *
 * May a thread function sleep, and may a handler of the same line run meanwhile?
 * It may sleep, and with IRQF_ONESHOT the line stays masked until it has returned.
 */
#include <lastput.h>

#define IRQ 7

static DEFINE_MUTEX(lock);
static int in_thread;

static irqreturn_t dev_irq(int irq, void *dev_id)
{
	WARN_ON(in_thread);
	return IRQ_WAKE_THREAD;
}

static irqreturn_t dev_thread(int irq, void *dev_id)
{
	in_thread = 1;
	mutex_lock(&lock);
	mutex_unlock(&lock);
	in_thread = 0;
	return IRQ_HANDLED;
}

THREAD(admin)
{
	request_threaded_irq(IRQ, dev_irq, dev_thread, IRQF_ONESHOT, "dev", &in_thread);
	free_irq(IRQ, &in_thread);
	WARN_ON(in_thread);
}
