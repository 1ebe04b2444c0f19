/*
 * Result: warn
 *
 * What does a second free_irq() of the same handler do?
 */
#include <lastput.h>

#define IRQ 7

static int events;

static irqreturn_t dev_irq(int irq, void *dev_id)
{
	events++;
	return IRQ_HANDLED;
}

THREAD(admin)
{
	request_irq(IRQ, dev_irq, 0, "dev", &events);
	free_irq(IRQ, &events);
	free_irq(IRQ, &events);
}
