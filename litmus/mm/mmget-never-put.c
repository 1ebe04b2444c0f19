/*
 * Result: leak (mm_struct)
 *
 * May a work item keep the mm_users that it was given?
 * The address space would outlive its process, with all that is mapped.
 */
#include <lastput.h>

static struct mm_struct *mm;

static void fault(struct work_struct *work)
{
	get_user_pages_remote(mm);
}

static DECLARE_WORK(work, fault);

THREAD(vcpu)
{
	mm = current->mm;
	mmget(mm);
	schedule_work(&work);
	flush_work(&work);
}
