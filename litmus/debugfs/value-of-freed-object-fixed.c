/*
 * Result: safe
 *
 * In which order do an object and the file of debugfs go that shows it?
 * The file first.
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
	debugfs_remove(dir);
	kfree(obj);
}
