/*
 * Result: safe
 *
 * Where may an interrupt take a mutex?
 * In its thread function.
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
	request_threaded_irq(IRQ, NULL, dev_irq, IRQF_ONESHOT, "dev", &lock);
	free_irq(IRQ, &lock);
}
