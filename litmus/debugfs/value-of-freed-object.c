/*
 * Result: use-after-free (obj)
 *
 * May the object go whose member a file of debugfs shows?
 */
#include <lastput.h>

struct obj {
	int level;
};

THREAD(admin)
{
	struct obj *obj = kzalloc(sizeof(*obj), GFP_KERNEL);
	struct dentry *dir = debugfs_create_dir("obj", NULL);

	debugfs_create_u32("level", 0444, dir, &obj->level);
	kfree(obj);
	debugfs_remove(dir);
}
