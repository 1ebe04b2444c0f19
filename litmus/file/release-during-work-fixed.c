/*
 * Result: safe
 *
 * What must ->release() do before it frees an object with a work item in it?
 * cancel_work_sync(): afterwards the item is neither pending nor running.
 */
#include <lastput.h>

struct obj {
	struct work_struct work;
	int value;
};

static void obj_work(struct work_struct *work)
{
	struct obj *obj = container_of(work, struct obj, work);

	obj->value = 1;
}

static int obj_release(struct inode *inode, struct file *file)
{
	struct obj *obj = file->private_data;

	cancel_work_sync(&obj->work);
	kfree(obj);
	return 0;
}

static const struct file_operations obj_fops = { .release = obj_release };

THREAD(user)
{
	struct obj *obj = kzalloc(sizeof(*obj), GFP_KERNEL);
	fd_t fd = anon_inode_getfd("obj", &obj_fops, obj, 0);

	INIT_WORK(&obj->work, obj_work);
	schedule_work(&obj->work);
	close(fd);
}
