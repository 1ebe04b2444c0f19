/*
 * Block devices: requests, freezing and quiescing a queue, and a disk's end.
 *
 * Models block/{blk-mq,genhd,blk-core}.c (6.12). Each disk that was added gets NR_EVENTS requests, as an RCU reader that
 * calls ->queue_rq(); each holds the queue (q_usage_counter) until blk_mq_end_request(). A request that the driver
 * does not end times out, once, and ->timeout() is called. What blocks: blk_mq_freeze_queue() and del_gendisk() until no
 * request is under way; blk_mq_quiesce_queue() until no ->queue_rq() runs, a grace period.
 *
 * Left out: bios, tags and their numbers, schedulers, merging, requeueing, opening the disk, its reference counts.
 */

struct blk_mq_ops {
	int (*queue_rq)(struct blk_mq_hw_ctx *hctx, const struct blk_mq_queue_data *bd);
	void (*complete)(struct request *rq);
	int (*timeout)(struct request *rq);
};

struct blk_mq_tag_set {
	const struct blk_mq_ops *ops;
	void *driver_data;
};

struct request_queue {
	int events;
	int frozen;
	int quiesced;
	int usage;			/* q_usage_counter */
	int dying;
	struct blk_mq_tag_set *tag_set;
	void *queuedata;
};

struct request {
	struct request_queue *q;
	int started;
	int timed_out;
};

struct blk_mq_hw_ctx {
	struct request_queue *queue;
	void *driver_data;
};

struct blk_mq_queue_data {
	struct request *rq;
	int last;
};

struct gendisk {
	struct request_queue *queue;
	const void *fops;
	void *private_data;
	int added;
};

POOL(struct request, 4);

#define BLK_STS_OK 0
#define BLK_STS_RESOURCE 9
#define BLK_STS_IOERR 10
#define BLK_EH_DONE 0
#define BLK_EH_RESET_TIMER 1
#define blk_status_t int
#define blk_mq_rq_from_pdu(pdu) ((struct request *)(pdu))
#define blk_mq_alloc_tag_set(set) (__request_fails() ? -ENOMEM : 0)
#define blk_mq_free_tag_set(set) ((void)(set))
#define set_capacity(disk, sectors) ((void)(disk))

/* blk_mq_alloc_queue(), block/blk-mq.c:4351 */
static struct request_queue *__blk_alloc_queue(struct blk_mq_tag_set *set, void *queuedata)
{
	struct request_queue *q = kzalloc(sizeof(*q), GFP_KERNEL);

	if (q) {
		q->tag_set = set;
		q->queuedata = queuedata;
	}
	return q;
}

/* block/blk-mq.c:4404 */
static struct gendisk *__blk_mq_alloc_disk(struct blk_mq_tag_set *set, void *queuedata)
{
	struct gendisk *disk;
	struct request_queue *q = __blk_alloc_queue(set, queuedata);

	if (!q)
		return ERR_PTR(-ENOMEM);
	disk = kzalloc(sizeof(*disk), GFP_KERNEL);
	if (!disk) {
		kfree(q);
		return ERR_PTR(-ENOMEM);
	}
	disk->queue = q;
	return disk;
}

#define blk_mq_alloc_disk(set, limits, queuedata) __blk_mq_alloc_disk(set, queuedata)

/* block/genhd.c:1463: the last reference of a disk that nobody has open */
static void put_disk(struct gendisk *disk)
{
	struct request_queue *q;

	if (!disk)
		return;
	q = disk->queue;
	kfree(disk);
	kfree(q);
}

/* block/genhd.c:416 */
static int __add_disk(struct gendisk *disk)
{
	if (__request_fails())
		return -ENOMEM;
	atomic {
		disk->added = 1;
		disk->queue->events = NR_EVENTS;
	}
	return 0;
}

#define add_disk(disk) __add_disk(disk)
#define device_add_disk(parent, disk, groups) __add_disk(disk)

/* block/blk-mq.c:190, :197 */
static void blk_freeze_queue_start(struct request_queue *q)
{
	atomic { q->frozen++; }
}

static void blk_mq_freeze_queue_wait(struct request_queue *q)
{
	SLEEP_UNTIL(atomic, !q->usage);
}

/* block/blk-mq.c:229, :258 */
static void blk_mq_freeze_queue(struct request_queue *q)
{
	blk_freeze_queue_start(q);
	blk_mq_freeze_queue_wait(q);
}

static void blk_mq_unfreeze_queue(struct request_queue *q)
{
	atomic { q->frozen--; }
}

/* block/blk-mq.c:327, :343 */
static void blk_mq_quiesce_queue(struct request_queue *q)
{
	atomic { q->quiesced++; }
	synchronize_rcu();
}

static void blk_mq_unquiesce_queue(struct request_queue *q)
{
	atomic { q->quiesced--; }
}

#define blk_mq_quiesce_queue_nowait(q) do { atomic { (q)->quiesced++; } } while (0)
#define blk_mq_stop_hw_queues(q) blk_mq_quiesce_queue_nowait(q)
#define blk_mq_start_stopped_hw_queues(q, async) blk_mq_unquiesce_queue(q)
#define blk_mq_start_request(rq) ((rq)->started = 1)

/* block/blk-mq.c:1136: the request is gone, and the queue is held once less */
static void blk_mq_end_request(struct request *rq, int status)
{
	struct request_queue *q = rq->q;

	atomic {
		q->usage--;
		__free(rq);
	}
}

/* block/blk-mq.c:1313 */
static void blk_mq_complete_request(struct request *rq)
{
	const struct blk_mq_ops *ops = rq->q->tag_set->ops;

	if (ops->complete)
		ops->complete(rq);
	else
		blk_mq_end_request(rq, 0);
}

/* block/genhd.c:651: no new requests, and those under way end */
static void del_gendisk(struct gendisk *disk)
{
	struct request_queue *q = disk->queue;

	might_sleep();
	atomic {
		disk->added = 0;
		q->dying = 1;
		q->events = 0;
	}
	blk_mq_freeze_queue(q);
	blk_mq_unfreeze_queue(q);
}

/* blk_mq_dispatch_rq_list(), block/blk-mq.c:2079: 1 if the driver has the request now */
static void blk_mq_dispatch(struct request_queue *q, const struct blk_mq_ops *ops, struct request *rq)
{
	struct blk_mq_hw_ctx hctx = { .queue = q, .driver_data = q->tag_set->driver_data };
	struct blk_mq_queue_data bd = { .rq = rq, .last = 1 };

	if (ops->queue_rq(&hctx, &bd))
		blk_mq_end_request(rq, BLK_STS_IOERR);
}

DAEMON(blk_submitter, 1, __add_disk) {
	struct request_queue *q;
	struct request *rq;

	for (;;) {
		atomic {
			q = pick_idle(struct request_queue, events);
			wait_idle(!q->frozen && !q->quiesced);
			q->events--;
			q->usage++;
			current->rcu_read_lock_nesting++;
			rq = __alloc();
			rq->q = q;
		}
		blk_mq_dispatch(q, q->tag_set->ops, rq);
		rcu_read_unlock();
	}
}

/* blk_mq_timeout_work(), block/blk-mq.c:1697: a work item of the block layer */
DAEMON(blk_timeout, 1, __add_disk) {
	struct request *rq;
	int (*timeout)(struct request *rq);

	for (;;) {
		atomic {
			rq = pick_idle(struct request, started);
			wait_idle(!rq->timed_out && rq->q->tag_set->ops->timeout);
			rq->timed_out = 1;
			timeout = rq->q->tag_set->ops->timeout;
		}
		timeout(rq);
	}
}
