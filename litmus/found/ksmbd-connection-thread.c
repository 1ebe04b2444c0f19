/*
 * Result: unmapped-text (ksmbd)
 *
 * May the thread of a connection put ksmbd and return?
 * No. The connection is off the list that the exit function waits for, so nothing keeps the module between the
 * put and the return. module_put_and_kthread_exit() does both in built-in text.
 *
 * Found by KTH010 in Linux 7.3: fs/smb/server/connection.c:844.
 */
#include <lastput.h>

MODULE(ksmbd);

static atomic_t connections;

static int ksmbd_conn_handler_loop(void *p)
{
	atomic_dec(&connections);
	module_put(THIS_MODULE);
	return 0;
}

static int ksmbd_server_init(void)
{
	__module_get(THIS_MODULE);
	atomic_inc(&connections);
	kthread_run(ksmbd_conn_handler_loop, NULL, "ksmbd");
	return 0;
}

static void stop_sessions(void)
{
	while (atomic_read(&connections))
		cpu_relax();
}

static void ksmbd_server_exit(void)
{
	stop_sessions();
}

module_init(ksmbd_server_init);
module_exit(ksmbd_server_exit);

THREAD(admin)
{
	rmmod("ksmbd");
}
