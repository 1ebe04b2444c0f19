/*
 * Result: deadlock (startup_lock)
 *
 * May ksmbd's reset wait for the heartbeat under the lock that a missing heartbeat takes?
 * No. ksmbd_ipc_soft_reset() holds startup_lock and waits for the work item, which waits for startup_lock.
 *
 * Found by LCK001 in Linux 7.3: fs/smb/server/transport_ipc.c:1035.
 */
#include <lastput.h>

static DEFINE_MUTEX(startup_lock);
static struct work_struct ipc_timer_work;
static int daemon_is_there;

static void ipc_timer_heartbeat(struct work_struct *w)
{
	if (daemon_is_there)
		return;
	mutex_lock(&startup_lock);
	mutex_unlock(&startup_lock);
}

static void ksmbd_ipc_soft_reset(void)
{
	mutex_lock(&startup_lock);
	cancel_work_sync(&ipc_timer_work);
	mutex_unlock(&startup_lock);
}

BOOT(start)
{
	INIT_WORK(&ipc_timer_work, ipc_timer_heartbeat);
	schedule_work(&ipc_timer_work);
}

THREAD(admin)
{
	ksmbd_ipc_soft_reset();
}
