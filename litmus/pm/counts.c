/*
 * Result: safe
 *
 * Which calls raise and lower the usage count of a device?
 */
#include <lastput.h>

static struct device dev;

THREAD(user)
{
	WARN_ON(pm_runtime_enabled(&dev));
	pm_runtime_use_autosuspend(&dev);
	pm_runtime_set_autosuspend_delay(&dev, 10);
	pm_runtime_set_active(&dev);
	pm_runtime_irq_safe(&dev);
	pm_runtime_no_callbacks(&dev);
	pm_runtime_enable(&dev);
	WARN_ON(!pm_runtime_enabled(&dev));
	pm_runtime_get_noresume(&dev);
	pm_runtime_get(&dev);
	if (pm_runtime_get_if_in_use(&dev))
		pm_runtime_put_autosuspend(&dev);
	if (pm_runtime_get_if_active(&dev))
		__pm_runtime_put_autosuspend(&dev);
	pm_runtime_mark_last_busy(&dev);
	pm_runtime_resume(&dev);
	pm_runtime_idle(&dev);
	pm_runtime_suspend(&dev);
	pm_request_idle(&dev);
	WARN_ON(pm_runtime_suspended(&dev) || !pm_runtime_active(&dev));
	pm_runtime_put_sync_suspend(&dev);
	pm_runtime_put_sync_autosuspend(&dev);
	pm_runtime_disable(&dev);
	pm_runtime_dont_use_autosuspend(&dev);
	pm_runtime_set_suspended(&dev);
}
