/*
 * Result: safe
 *
 * How does an interrupt handler turn its own line off?
 * With disable_irq_nosync(), which does not wait for it.
 */
#include <lastput.h>

#define IRQ 7

static int events;

static irqreturn_t dev_irq(int irq, void *dev_id)
{
	disable_irq_nosync(irq);
	events++;
	return IRQ_HANDLED;
}

THREAD(admin)
{
	request_irq(IRQ, dev_irq, 0, "dev", &events);
	free_irq(IRQ, &events);
}
