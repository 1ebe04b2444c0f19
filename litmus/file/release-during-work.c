/*
 * Result: use-after-free (obj)
 *
 * May ->release() free an object that a work item still uses?
 * No; the file's references say nothing about work items. See the twin.
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
