/*
 * Interrupts: lines, their handlers and the threads of threaded ones.
 *
 * Models kernel/irq/{manage,handle}.c (6.12). A line may fire at any time while it has a handler and is not
 * disabled, NR_EVENTS times for each handler. A handler runs with interrupts off, so a grace period waits for it; its
 * thread function runs in a task of its own. What blocks: synchronize_irq(), disable_irq() and free_irq() until no
 * handler of the line and no thread function runs; from the handler or the thread function itself that is for ever.
 * disable_irq_nosync() waits for nothing.
 *
 * The handlers of a shared line are called one by one, each as if the device of another had fired. With
 * CONFIG_DEBUG_SHIRQ free_irq() calls a shared handler once more, as the kernel does.
 *
 * Left out: affinity, per-CPU interrupts, wake-up, nesting; two lines that fire at the same time; a request that
 * finds the line taken; a line that is disabled before anybody has requested it.
 */

typedef int irqreturn_t;
typedef irqreturn_t (*irq_handler_t)(int irq, void *dev_id);

#define IRQ_NONE 0
#define IRQ_HANDLED 1
#define IRQ_WAKE_THREAD 2
#define IRQ_RETVAL(x) ((x) != 0)
#define IRQF_TRIGGER_NONE 0
#define IRQF_TRIGGER_RISING 1
#define IRQF_TRIGGER_FALLING 2
#define IRQF_TRIGGER_HIGH 4
#define IRQF_TRIGGER_LOW 8
#define IRQF_SHARED 0x80
#define IRQF_ONESHOT 0x2000
#define IRQF_NO_SUSPEND 0x4000
#define IRQF_NO_THREAD 0x10000
#define IRQF_NO_AUTOEN 0x80000

struct irqaction {
	int events;			/* how often it is still called */
	int irq;
	int depth;			/* of disable_irq() */
	int flags;
	irq_handler_t handler;
	irq_handler_t thread_fn;
	void *dev_id;
	int running;			/* its handler */
	int woken;			/* its thread, which has not begun yet */
	int thread_running;		/* its thread function */
};

/* Does a handler of the line run? Both in a block. */
static inline int __irq_running(int irq)
{
	struct irqaction *action;
	int running = 0;

	for_each_instance(struct irqaction, action) {
		if (action->irq == irq && action->running)
			running = 1;
	}
	return running;
}

/* And its thread function? desc->threads_active counts from the wake-up on. */
static inline int __irq_threads_active(int irq)
{
	struct irqaction *action;
	int active = 0;

	for_each_instance(struct irqaction, action) {
		if (action->irq == irq && (action->woken || action->thread_running))
			active = 1;
	}
	return active;
}

/* kernel/irq/manage.c:99: spins; false if a thread function is active */
static bool synchronize_hardirq(unsigned int irq)
{
	bool idle;

	atomic {
		wait_until(!__irq_running(irq));
		idle = !__irq_threads_active(irq);
	}
	return idle;
}

/* kernel/irq/manage.c:112, :137 */
static void synchronize_irq(unsigned int irq)
{
	SLEEP_UNTIL(atomic, !__irq_running(irq) && !__irq_threads_active(irq));
}

/* kernel/irq/manage.c:1514 */
static void __setup_irq(struct irqaction *action, unsigned int irq, unsigned long flags)
{
	atomic {
		action->irq = irq;
		action->flags = flags;
		if (flags & IRQF_NO_AUTOEN)
			action->depth = 1;
		action->events = NR_EVENTS;
	}
}

/* The thread of a threaded interrupt, so that only runs that have one have it. */
static void __setup_irq_thread(struct irqaction *action, irq_handler_t thread_fn)
{
	action->thread_fn = thread_fn;
}

/* kernel/irq/manage.c:1037 */
static irqreturn_t irq_default_primary_handler(int irq, void *dev_id)
{
	return IRQ_WAKE_THREAD;
}

/* kernel/irq/manage.c:2161 */
static int request_threaded_irq(unsigned int irq, irq_handler_t handler, irq_handler_t thread_fn,
				unsigned long flags, const char *name, void *dev_id)
{
	struct irqaction *action;

	if (__request_fails())
		return -EBUSY;
	action = kzalloc(sizeof(*action), GFP_KERNEL);
	if (!action)
		return -ENOMEM;
	action->handler = handler ? handler : irq_default_primary_handler;
	__setup_irq_thread(action, thread_fn);
	action->dev_id = dev_id;
	__setup_irq(action, irq, flags);
	return 0;
}

/* include/linux/interrupt.h:171 */
static int request_irq(unsigned int irq, irq_handler_t handler, unsigned long flags, const char *name, void *dev_id)
{
	struct irqaction *action;

	if (__request_fails())
		return -EBUSY;
	action = kzalloc(sizeof(*action), GFP_KERNEL);
	if (!action)
		return -ENOMEM;
	action->handler = handler;
	action->dev_id = dev_id;
	__setup_irq(action, irq, flags);
	return 0;
}

#define request_any_context_irq(irq, handler, flags, name, dev) request_irq(irq, handler, flags, name, dev)

/* The registration of this handler, or NULL; in a block. */
static inline struct irqaction *__irq_action(int irq, void *dev_id)
{
	struct irqaction *action;
	struct irqaction *found = NULL;

	for_each_instance(struct irqaction, action) {
		if (action->irq == irq && action->dev_id == dev_id) {
			if (found)
				fail(WARN, action, "two handlers of an interrupt have the same dev_id");
			found = action;
		}
	}
	return found;
}

/* kernel/irq/manage.c:1338, with :553: off the line first, then it waits for the whole line */
static const void *free_irq(unsigned int irq, void *dev_id)
{
	struct irqaction *action;

	might_sleep();				/* desc->request_mutex */
	atomic {
		action = __irq_action(irq, dev_id);
		if (action)
			action->events = 0;
		else
			warn(WARN, NULL, "Trying to free already-free IRQ");
	}
	if (!action)
		return NULL;
	synchronize_irq(irq);
#ifdef CONFIG_DEBUG_SHIRQ
	if (action->flags & IRQF_SHARED) {
		preempt_disable();
		action->handler(irq, dev_id);
		preempt_enable();
	}
#endif
	kfree(action);
	return NULL;
}

/* kernel/irq/manage.c:717 */
static void disable_irq_nosync(unsigned int irq)
{
	struct irqaction *action;

	atomic {
		for_each_instance(struct irqaction, action) {
			if (action->irq == irq)
				action->depth++;
		}
	}
}

/* kernel/irq/manage.c:737 */
static void disable_irq(unsigned int irq)
{
	might_sleep();
	disable_irq_nosync(irq);
	synchronize_irq(irq);
}

/* kernel/irq/manage.c:762 */
static bool disable_hardirq(unsigned int irq)
{
	disable_irq_nosync(irq);
	return synchronize_hardirq(irq);
}

/* kernel/irq/manage.c:786 */
static void enable_irq(unsigned int irq)
{
	struct irqaction *action;

	atomic {
		for_each_instance(struct irqaction, action) {
			if (action->irq == irq) {
				if (action->depth)
					action->depth--;
				else
					warn(WARN, NULL, "Unbalanced enable for IRQ");
			}
		}
	}
}
