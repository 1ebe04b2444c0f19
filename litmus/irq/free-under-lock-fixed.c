/*
 * Result: safe
 *
 * Where does free_irq() belong if the thread function takes a mutex?
 * Outside of it.
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
	free_irq(IRQ, &events);
}
