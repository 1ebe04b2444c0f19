/*
 * Result: safe
 *
 * How does a work item keep ->queue_rq() away while it ends a request?
 * With blk_mq_quiesce_queue(), which waits for ->queue_rq() and not for requests.
 */
#include <lastput.h>

struct dev {
	struct work_struct work;
	struct request *rq;
};

static struct dev dev;

static void dev_work(struct work_struct *work)
{
	struct request *rq = dev.rq;
	struct request_queue *q = rq->q;

	blk_mq_quiesce_queue(q);
	blk_mq_unquiesce_queue(q);
	blk_mq_complete_request(rq);
}

static blk_status_t dev_queue_rq(struct blk_mq_hw_ctx *hctx, const struct blk_mq_queue_data *bd)
{
	if (dev.rq)
		return BLK_STS_RESOURCE;
	dev.rq = bd->rq;
	schedule_work(&dev.work);
	return BLK_STS_OK;
}

static void dev_complete(struct request *rq)
{
	dev.rq = NULL;
	blk_mq_end_request(rq, BLK_STS_OK);
}

static const struct blk_mq_ops dev_ops = { .queue_rq = dev_queue_rq, .complete = dev_complete };
static struct blk_mq_tag_set set = { .ops = &dev_ops };

THREAD(admin)
{
	struct gendisk *disk = blk_mq_alloc_disk(&set, NULL, NULL);

	INIT_WORK(&dev.work, dev_work);
	device_add_disk(NULL, disk, NULL);
	del_gendisk(disk);
	cancel_work_sync(&dev.work);
	put_disk(disk);
}
