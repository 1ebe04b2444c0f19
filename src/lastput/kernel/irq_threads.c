/*
 * Interrupts: who calls the handlers.
 *
 * Models kernel/irq/{handle,manage}.c (6.12). One thread is the interrupts, one the threads of threaded ones; the
 * second exists only in runs that request a threaded interrupt. See irq.c for what they may do and when.
 *
 * Left out: as there.
 */

/* May the line fire now? IRQF_ONESHOT keeps it masked until the thread function has returned. In a block. */
static inline int __irq_may_fire(struct irqaction *action)
{
	return !action->depth && !((action->flags & IRQF_ONESHOT) && (action->woken || action->thread_running));
}

/* kernel/irq/handle.c:139 */
static void __handle_irq_event_percpu(struct irqaction *action, irq_handler_t handler)
{
	irqreturn_t ret = handler(action->irq, action->dev_id);

	atomic {
		if (ret == IRQ_WAKE_THREAD)
			action->woken = 1;		/* __irq_wake_thread(), kernel/irq/handle.c:61 */
		action->running = 0;
		__leave_context();
	}
}

DAEMON(hardirq, 1, __setup_irq) {
	struct irqaction *action;
	irq_handler_t handler;

	for (;;) {
		atomic {
			action = pick_idle(struct irqaction, events);
			wait_idle(__irq_may_fire(action));
			action->events--;
			action->running = 1;
			handler = action->handler;
			__enter_context(2);
		}
		__handle_irq_event_percpu(action, handler);
	}
}

/* kernel/irq/manage.c:1306 */
static void irq_thread(struct irqaction *action, irq_handler_t thread_fn)
{
	thread_fn(action->irq, action->dev_id);
	atomic { action->thread_running = 0; }
}

DAEMON(irq_thread, 1, __setup_irq_thread) {
	struct irqaction *action;
	irq_handler_t thread_fn;

	for (;;) {
		atomic {
			action = pick_idle(struct irqaction, woken);
			action->woken = 0;
			action->thread_running = 1;
			thread_fn = action->thread_fn;
		}
		irq_thread(action, thread_fn);
	}
}
