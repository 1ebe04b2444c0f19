/*
 * Result: deadlock (buffer_mutex)
 *
 * May tpm_common_read() wait for the work item that throws an old answer away, under the lock of the answer?
 * No. If the timer has queued the item, the reader holds buffer_mutex and waits for it, and it waits for
 * buffer_mutex.
 *
 * Found by LCK001 in Linux 7.3: drivers/char/tpm/tpm-dev-common.c:167.
 */
#include <lastput.h>

static DEFINE_MUTEX(buffer_mutex);
static struct timer_list user_read_timer;
static struct work_struct timeout_work;
static int response_length;

static void tpm_timeout_work(struct work_struct *work)
{
	mutex_lock(&buffer_mutex);
	response_length = 0;
	mutex_unlock(&buffer_mutex);
}

static void user_reader_timeout(struct timer_list *t)
{
	schedule_work(&timeout_work);
}

static void tpm_common_read(void)
{
	mutex_lock(&buffer_mutex);
	response_length = 0;
	timer_delete_sync(&user_read_timer);
	flush_work(&timeout_work);
	mutex_unlock(&buffer_mutex);
}

BOOT(write)
{
	INIT_WORK(&timeout_work, tpm_timeout_work);
	timer_setup(&user_read_timer, user_reader_timeout, 0);
	response_length = 64;
	mod_timer(&user_read_timer, jiffies + 120 * HZ);
}

THREAD(reader)
{
	tpm_common_read();
}
