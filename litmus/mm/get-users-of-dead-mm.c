/*
 * Result: use-after-free (mm_struct)
 *
 * May mmget() revive an address space of which only the struct is held?
 * No. mm_users may be 0 and the mappings gone; and the put that follows tears down once more.
 */
#include <lastput.h>

static struct work_struct work;
static struct mm_struct *held;

static void work_fn(struct work_struct *w)
{
	mmget(held);
	get_user_pages_remote(held);
	mmput(held);
	mmdrop(held);
}

THREAD(user)
{
	held = current->mm;
	mmgrab(held);
	INIT_WORK(&work, work_fn);
	schedule_work(&work);
	exit_mm();
}
