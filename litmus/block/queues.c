/*
 * Result: safe
 * Options: define NR_EVENTS=1
 *
 * Is a request of a quiesced or frozen queue under way in ->queue_rq()?
 * No. And who does not end his request is asked by ->timeout().
 */
#include <lastput.h>

static int stopped;
static struct request *lost;

static blk_status_t dev_queue_rq(struct blk_mq_hw_ctx *hctx, const struct blk_mq_queue_data *bd)
{
	WARN_ON(stopped);
	lost = bd->rq;
	blk_mq_start_request(bd->rq);
	return BLK_STS_OK;
}

static int dev_timeout(struct request *rq)
{
	WARN_ON(rq != lost);
	blk_mq_end_request(rq, BLK_STS_IOERR);
	return BLK_EH_DONE;
}

static const struct blk_mq_ops dev_ops = { .queue_rq = dev_queue_rq, .timeout = dev_timeout };
static struct blk_mq_tag_set set = { .ops = &dev_ops };

THREAD(admin)
{
	struct gendisk *disk = blk_mq_alloc_disk(&set, NULL, NULL);

	add_disk(disk);
	blk_mq_quiesce_queue(disk->queue);
	stopped = 1;
	stopped = 0;
	blk_mq_unquiesce_queue(disk->queue);
	blk_mq_freeze_queue(disk->queue);
	stopped = 1;
	stopped = 0;
	blk_mq_unfreeze_queue(disk->queue);
	blk_mq_stop_hw_queues(disk->queue);
	blk_mq_start_stopped_hw_queues(disk->queue, true);
	del_gendisk(disk);
	put_disk(disk);
	WARN_ON(blk_mq_rq_from_pdu(NULL));
}
