/*
 * Result: safe
 * Options: define CONFIG_FAIL_FUNCTION=1
 *
 * When must the reference of of_find_device_by_node() be put?
 * On every way out, also if the device is not ready yet.
 */
#include <lastput.h>

static int attach(struct device_node *np)
{
	struct platform_device *pdev = of_find_device_by_node(np);

	if (!pdev)
		return -EPROBE_DEFER;
	if (!platform_get_drvdata(pdev)) {
		put_device(&pdev->dev);
		return -EPROBE_DEFER;
	}
	put_device(&pdev->dev);
	return 0;
}

THREAD(user)
{
	attach(NULL);
}
