/*
 * Result: safe
 *
 * May a request on the stack be left behind when the wait for it times out?
 * Here: the device takes the request back under the lock before the function returns.
 */
#include <lastput.h>

struct request {
	struct completion done;
	int status;
};

static DEFINE_SPINLOCK(lock);
static struct request *current_request;

static int submit(void)
{
	struct request req = { .status = 0 };
	int err = 0;

	init_completion(&req.done);
	spin_lock(&lock);
	current_request = &req;
	spin_unlock(&lock);
	if (!wait_for_completion_timeout(&req.done, HZ))
		err = -ETIMEDOUT;
	spin_lock(&lock);
	current_request = NULL;
	spin_unlock(&lock);
	return err;
}

THREAD(user)
{
	submit();
}

THREAD(device)
{
	spin_lock(&lock);
	if (current_request) {
		current_request->status = 1;
		complete(&current_request->done);
		current_request = NULL;
	}
	spin_unlock(&lock);
}
