/*
 * Result: unmapped-text (drm), use-after-free (drm)
 *
 * Does drm wait for the work item that sysrq-v has queued?
 * No. The last device unregisters the key, and nobody waits for what the key has started.
 *
 * Found by WRK001 in Linux 7.3: drivers/gpu/drm/drm_drv.c:1247.
 */
#include <lastput.h>

MODULE(drm);

static DEFINE_MUTEX(drm_client_sysrq_dev_lock);
static struct work_struct drm_client_sysrq_restore_work;

static void drm_client_sysrq_restore_work_fn(struct work_struct *ignored)
{
	mutex_lock(&drm_client_sysrq_dev_lock);
	mutex_unlock(&drm_client_sysrq_dev_lock);
}

static int drm_core_init(void)
{
	INIT_WORK(&drm_client_sysrq_restore_work, drm_client_sysrq_restore_work_fn);
	return 0;
}

static void drm_client_sysrq_unregister(void)
{
	mutex_lock(&drm_client_sysrq_dev_lock);
	mutex_unlock(&drm_client_sysrq_dev_lock);
}

static void drm_core_exit(void)
{
	drm_client_sysrq_unregister();
}

module_init(drm_core_init);
module_exit(drm_core_exit);

MODULE(vmlinux);

BOOT(sysrq)
{
	schedule_work(&drm_client_sysrq_restore_work);
}

THREAD(admin)
{
	rmmod("drm");
}
