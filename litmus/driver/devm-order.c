/*
 * Result: safe
 *
 * In which order do managed resources go?
 * The newest first, after remove() has returned and while drvdata is still set.
 */
#include <lastput.h>

static int state;

MODULE(drv);

static void first_action(void *data)
{
	WARN_ON(state != 3);
	state = 4;
}

static void second_action(void *data)
{
	WARN_ON(state != 2);
	state = 3;
}

static int drv_probe(struct platform_device *pdev)
{
	state = 1;
	devm_add_action(&pdev->dev, first_action, NULL);
	return devm_add_action_or_reset(&pdev->dev, second_action, NULL);
}

static void drv_remove(struct platform_device *pdev)
{
	WARN_ON(state != 1);
	state = 2;
}

static struct platform_driver drv_driver = { .probe = drv_probe, .remove = drv_remove };
module_platform_driver(drv_driver);
MODULE(vmlinux);

THREAD(admin)
{
	rmmod("drv");
	WARN_ON(state != 4);
}
