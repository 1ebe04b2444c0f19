/*
 * Result: leak (platform_device)
 * Options: define CONFIG_FAIL_FUNCTION=1
 *
 * Does of_find_device_by_node() give a reference that must be put?
 * Yes, also if the device turns out to be of no use.
 */
#include <lastput.h>

static int attach(struct device_node *np)
{
	struct platform_device *pdev = of_find_device_by_node(np);

	if (!pdev)
		return -EPROBE_DEFER;
	if (!platform_get_drvdata(pdev))
		return -EPROBE_DEFER;
	put_device(&pdev->dev);
	return 0;
}

THREAD(user)
{
	attach(NULL);
}
