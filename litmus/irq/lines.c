/*
 * Result: safe
 *
 * Do the calls on interrupt lines do what they say?
 */
#include <lastput.h>

#define IRQ 7

static int handled;

static irqreturn_t dev_irq(int irq, void *dev_id)
{
	WARN_ON(!in_interrupt());
	handled = 1;
	return IRQ_HANDLED;
}

THREAD(admin)
{
	request_any_context_irq(IRQ, dev_irq, IRQF_NO_AUTOEN, "dev", &handled);
	synchronize_irq(IRQ);
	WARN_ON(!synchronize_hardirq(IRQ));
	WARN_ON(handled);
	enable_irq(IRQ);
	disable_hardirq(IRQ);
	handled = 0;
	disable_irq(IRQ);
	WARN_ON(handled);
	enable_irq(IRQ);
	enable_irq(IRQ);
	free_irq(IRQ, &handled);
}
