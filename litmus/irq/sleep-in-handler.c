/*
 * Result: sleep-in-atomic
 *
 * May an interrupt handler take a mutex?
 * No, only a thread function may.
 */
#include <lastput.h>

#define IRQ 7

static DEFINE_MUTEX(lock);

static irqreturn_t dev_irq(int irq, void *dev_id)
{
	mutex_lock(&lock);
	mutex_unlock(&lock);
	return IRQ_RETVAL(1);
}

THREAD(admin)
{
	request_irq(IRQ, dev_irq, 0, "dev", &lock);
	free_irq(IRQ, &lock);
}
