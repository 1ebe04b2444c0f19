/*
 * Result: safe
 *
 * When is a timer stopped that ->queue_rq() arms?
 * After del_gendisk(), when no request comes any more.
 */
#include <lastput.h>

struct dev {
	struct timer_list timer;
	int value;
};

static void dev_timer(struct timer_list *t)
{
	struct dev *dev = timer_container_of(dev, t, timer);

	dev->value++;
}

static blk_status_t dev_queue_rq(struct blk_mq_hw_ctx *hctx, const struct blk_mq_queue_data *bd)
{
	struct dev *dev = hctx->driver_data;

	blk_mq_start_request(bd->rq);
	mod_timer(&dev->timer, 1);
	blk_mq_end_request(bd->rq, BLK_STS_OK);
	return BLK_STS_OK;
}

static const struct blk_mq_ops dev_ops = { .queue_rq = dev_queue_rq };
static struct blk_mq_tag_set set = { .ops = &dev_ops };

THREAD(admin)
{
	struct dev *dev = kzalloc(sizeof(*dev), GFP_KERNEL);
	struct gendisk *disk;

	timer_setup(&dev->timer, dev_timer, 0);
	set.driver_data = dev;
	blk_mq_alloc_tag_set(&set);
	disk = blk_mq_alloc_disk(&set, NULL, dev);
	set_capacity(disk, 1);
	add_disk(disk);
	del_gendisk(disk);
	timer_delete_sync(&dev->timer);
	put_disk(disk);
	blk_mq_free_tag_set(&set);
	kfree(dev);
}
