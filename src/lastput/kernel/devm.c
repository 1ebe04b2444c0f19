/*
 * Managed getters: what a device's driver takes and need not give back.
 *
 * Models kernel/irq/devres.c, drivers/clk/clk-devres.c, drivers/regulator/devres.c and their kin (6.12): each takes what the
 * call without devm_ takes, and adds an entry to the list of devres.c that gives it back. What blocks: what giving
 * back waits for, as free_irq() does, in the order of devres.c.
 *
 * Left out: devm_ variants whose plain call is not modelled.
 */

struct irq_devres {
	unsigned int irq;
	void *dev_id;
};

POOL(struct irq_devres, 4);

/* kernel/irq/devres.c:19 */
static void devm_irq_release(void *data)
{
	struct irq_devres *this = data;

	free_irq(this->irq, this->dev_id);
	kfree(this);
}

static int __devm_irq(struct device *dev, unsigned int irq, void *dev_id, int ret)
{
	struct irq_devres *this;

	if (ret)
		return ret;
	this = __alloc();
	this->irq = irq;
	this->dev_id = dev_id;
	devres_add(dev, devm_irq_release, this);
	return 0;
}

/* kernel/irq/devres.c:52 */
static int devm_request_threaded_irq(struct device *dev, unsigned int irq, irq_handler_t handler,
				     irq_handler_t thread_fn, unsigned long flags, const char *name, void *dev_id)
{
	return __devm_irq(dev, irq, dev_id, request_threaded_irq(irq, handler, thread_fn, flags, name, dev_id));
}

/* include/linux/interrupt.h:217 */
static int devm_request_irq(struct device *dev, unsigned int irq, irq_handler_t handler, unsigned long flags,
			    const char *name, void *dev_id)
{
	return __devm_irq(dev, irq, dev_id, request_irq(irq, handler, flags, name, dev_id));
}

#define devm_request_any_context_irq(dev, irq, handler, flags, name, id) \
	devm_request_irq(dev, irq, handler, flags, name, id)

/* The entry of this interrupt, taken off the list, or NULL; in a block. */
static inline struct devres *__devm_irq_take(struct device *dev, unsigned int irq, void *dev_id)
{
	struct devres **link = &dev->devres_head;
	struct irq_devres *this;
	struct devres *res;

	while (*link) {
		this = (*link)->data;
		if ((*link)->action == devm_irq_release && this->irq == irq && this->dev_id == dev_id)
			break;
		link = &(*link)->next;
	}
	res = *link;
	if (res)
		*link = res->next;
	return res;
}

/* kernel/irq/devres.c:140 */
static void devm_free_irq(struct device *dev, unsigned int irq, void *dev_id)
{
	struct devres *res;

	plain {
		res = __devm_irq_take(dev, irq, dev_id);
		if (!res)
			warn(WARN, dev, "devm_free_irq(): no such interrupt");
	}
	if (res)
		__devres_release(res);
}

/* A managed getter: what get() gives is given to put() by the list. */
#define DEVM(tag, ok, get, put, name)						\
static void name##_release(void *token)						\
{										\
	put(token);								\
}										\
										\
static struct tag *name(struct device *dev, ...)				\
{										\
	struct tag *token = get(dev, NULL);					\
										\
	if (ok(token))								\
		devres_add(dev, name##_release, token);				\
	return token;								\
}

/* drivers/clk/clk-devres.c:63 */
DEVM(clk, __not_null_nor_error, clk_get, clk_put, devm_clk_get)
DEVM(clk, __not_null_nor_error, clk_get_optional, clk_put, devm_clk_get_optional)
/* drivers/regulator/devres.c:43 */
DEVM(regulator, __not_null_nor_error, regulator_get, regulator_put, devm_regulator_get)
DEVM(regulator, __not_null_nor_error, regulator_get_optional, regulator_put, devm_regulator_get_optional)
/* drivers/reset/core.c:1248 */
DEVM(reset_control, __not_null_nor_error, __reset_control_get, reset_control_put, devm_reset_control_get)
#define devm_reset_control_get_exclusive(dev, id) devm_reset_control_get(dev, id)
#define devm_reset_control_get_shared(dev, id) devm_reset_control_get(dev, id)
#define devm_reset_control_get_optional_exclusive(dev, id) devm_reset_control_get(dev, id)
/* drivers/phy/phy-core.c:739 */
DEVM(phy, __not_null_nor_error, phy_get, of_phy_put, devm_phy_get)
/* drivers/gpio/gpiolib-devres.c:51 */
DEVM(gpio_desc, __not_null_nor_error, gpiod_get, gpiod_put, devm_gpiod_get)
DEVM(gpio_desc, __not_null_nor_error, gpiod_get_optional, gpiod_put, devm_gpiod_get_optional)
/* drivers/pwm/core.c:1567 */
DEVM(pwm_device, __not_null_nor_error, pwm_get, pwm_put, devm_pwm_get)
/* drivers/iio/inkern.c:403 */
DEVM(iio_channel, __not_null_nor_error, iio_channel_get, iio_channel_release, devm_iio_channel_get)

/* drivers/clk/clk-devres.c:75: disabled before it is put */
static void __devm_clk_disable(void *clk)
{
	clk_disable_unprepare(clk);
}

static struct clk *devm_clk_get_enabled(struct device *dev, const char *id)
{
	struct clk *clk = devm_clk_get(dev, id);

	if (!IS_ERR(clk)) {
		if (clk_prepare_enable(clk))
			return ERR_PTR(-EIO);
		devres_add(dev, __devm_clk_disable, clk);
	}
	return clk;
}

/* drivers/base/power/runtime.c:1624 */
static void pm_runtime_disable_action(void *dev)
{
	pm_runtime_disable(dev);
}

static int devm_pm_runtime_enable(struct device *dev)
{
	pm_runtime_enable(dev);
	return devm_add_action_or_reset(dev, pm_runtime_disable_action, dev);
}

/* The workqueue of a device: devm_alloc_workqueue() of newer kernels. */
static void devm_workqueue_release(void *wq)
{
	destroy_workqueue(wq);
}

static struct workqueue_struct *__devm_workqueue(struct device *dev, struct workqueue_struct *wq)
{
	if (wq && devm_add_action_or_reset(dev, devm_workqueue_release, wq))
		return NULL;
	return wq;
}

#define devm_alloc_workqueue(dev, ...) __devm_workqueue(dev, alloc_workqueue(__VA_ARGS__))
#define devm_alloc_ordered_workqueue(dev, ...) __devm_workqueue(dev, alloc_ordered_workqueue(__VA_ARGS__))

/* include/linux/devm-helpers.h:71, :46 */
static void devm_work_drop(void *work)
{
	cancel_work_sync(work);
}

static int devm_work_autocancel(struct device *dev, struct work_struct *work, work_func_t worker)
{
	INIT_WORK(work, worker);
	return devm_add_action(dev, devm_work_drop, work);
}

static void devm_delayed_work_drop(void *work)
{
	cancel_delayed_work_sync(work);
}

static int devm_delayed_work_autocancel(struct device *dev, struct delayed_work *work, work_func_t worker)
{
	INIT_DELAYED_WORK(work, worker);
	return devm_add_action(dev, devm_delayed_work_drop, work);
}
