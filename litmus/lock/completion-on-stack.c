/*
 * Result: safe
 *
 * May a completion lie on the stack of the one who waits for it?
 * Yes. complete() has let go of it when the waiter can go on.
 */
#include <lastput.h>

struct request {
	struct work_struct work;
	struct completion *done;
};

static void request_fn(struct work_struct *work)
{
	struct request *rq = container_of(work, struct request, work);

	complete(rq->done);
}

static int wait_for_request(struct request *rq)
{
	DECLARE_COMPLETION_ONSTACK(done);

	rq->done = &done;
	INIT_WORK(&rq->work, request_fn);
	schedule_work(&rq->work);
	wait_for_completion(&done);
	return 0;
}

THREAD(user)
{
	struct request *rq = kzalloc(sizeof(*rq), GFP_KERNEL);

	wait_for_request(rq);
	kfree(rq);
}
