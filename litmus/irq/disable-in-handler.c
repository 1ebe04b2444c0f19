/*
 * Result: deadlock, sleep-in-atomic
 *
 * May an interrupt handler call disable_irq() on its own line?
 * No. disable_irq() waits until the handler has returned.
 */
#include <lastput.h>

#define IRQ 7

static int events;

static irqreturn_t dev_irq(int irq, void *dev_id)
{
	disable_irq(irq);
	events++;
	return IRQ_HANDLED;
}

THREAD(admin)
{
	request_irq(IRQ, dev_irq, 0, "dev", &events);
	free_irq(IRQ, &events);
}
