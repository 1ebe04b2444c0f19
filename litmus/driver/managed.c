/*
 * Result: safe
 *
 * Do the managed getters give back all that they took, in an order that works?
 */
#include <lastput.h>

POOL(struct devres, 32);
POOL(struct obj, 8);
POOL(struct reset_control, 3);

struct obj {
	int value;
	struct work_struct work;
	struct delayed_work delayed;
};

static int actions;

static void obj_work(struct work_struct *work)
{
}

static void action(void *data)
{
	actions++;
}

static irqreturn_t nothing(int irq, void *dev_id)
{
	return IRQ_HANDLED;
}

static int drv_probe(struct platform_device *pdev)
{
	struct device *dev = &pdev->dev;
	struct obj *obj = devm_kmalloc(dev, sizeof(*obj), GFP_KERNEL);
	struct obj *many = devm_kcalloc(dev, 1, sizeof(*many), GFP_KERNEL);
	struct obj *more = devm_kmalloc_array(dev, 1, sizeof(*more), GFP_KERNEL);
	struct obj *copy = devm_kmemdup(dev, obj, sizeof(*obj), GFP_KERNEL);
	struct workqueue_struct *wq;
	struct regulator *vcc;

	many->value = more->value = copy->value = 1;
	devm_kfree(dev, many);
	wq = devm_alloc_workqueue(dev, "wq", 0, 0);
	WARN_ON(!wq || !devm_alloc_ordered_workqueue(dev, "ordered", 0));
	devm_work_autocancel(dev, &obj->work, obj_work);
	devm_delayed_work_autocancel(dev, &obj->delayed, obj_work);
	devm_add_action(dev, action, obj);
	devm_add_action(dev, action, copy);
	devm_remove_action(dev, action, obj);
	devm_release_action(dev, action, copy);
	WARN_ON(actions != 1);
	devm_request_any_context_irq(dev, 7, nothing, 0, "irq", obj);
	devm_request_threaded_irq(dev, 8, nothing, nothing, 0, "irq", obj);
	devm_free_irq(dev, 7, obj);
	devm_clk_get_enabled(dev, NULL);
	devm_clk_get_optional(dev, NULL);
	vcc = devm_regulator_get(dev, "vcc");
	regulator_enable(vcc);
	regulator_disable(vcc);
	devm_regulator_get_optional(dev, "vdd");
	devm_reset_control_get_exclusive(dev, NULL);
	devm_reset_control_get_shared(dev, NULL);
	devm_reset_control_get_optional_exclusive(dev, NULL);
	devm_phy_get(dev, "usb");
	devm_gpiod_get(dev, "reset", 0);
	devm_gpiod_get_optional(dev, "reset", 0);
	devm_pwm_get(dev, NULL);
	devm_iio_channel_get(dev, "adc");
	devm_pm_runtime_enable(dev);
	return 0;
}

static struct platform_driver drv_driver = { .probe = drv_probe };

THREAD(admin)
{
	platform_driver_register(&drv_driver);
	platform_driver_unregister(&drv_driver);
	WARN_ON(actions != 1);
}
