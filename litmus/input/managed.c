/*
 * Result: safe
 *
 * In which order do managed input devices and power supplies go?
 */
#include <lastput.h>

POOL(struct input_dev, 4);

static int asked;

static int get_property(struct power_supply *psy, int property, union power_supply_propval *value)
{
	asked = 1;
	return 0;
}

static const struct power_supply_desc desc = { .get_property = get_property };

static int drv_probe(struct platform_device *pdev)
{
	struct input_dev *input = devm_input_allocate_device(&pdev->dev);

	input_free_device(input_allocate_device());
	devm_input_allocate_device(&pdev->dev);
	input_set_capability(input, 1, 1);
	input_set_abs_params(input, 1, 0, 1, 0, 0);
	input_report_abs(input, 1, 1);
	input_report_rel(input, 1, 1);
	input_event(input, 1, 1, 1);
	devm_power_supply_register(&pdev->dev, &desc, NULL);
	return input_register_device(input);
}

static struct platform_driver drv = { .probe = drv_probe };

THREAD(admin)
{
	platform_driver_register(&drv);
	platform_driver_unregister(&drv);
}
