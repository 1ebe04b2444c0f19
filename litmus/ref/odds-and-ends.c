/*
 * Result: safe
 *
 * Do the small helpers of the kernel do what they say?
 * One task tries them all.
 */
#include <lastput.h>

MODULE(drv);

static atomic_long_t count = ATOMIC_LONG_INIT(3);
static atomic64_t wide;
static struct kref kref = KREF_INIT(2);
static struct device dev;
static unsigned long bits;
static int words[3];

static void drv_exit(void)
{
}

module_exit(drv_exit);

static int counters(void)
{
	atomic_long_inc(&count);
	atomic_long_dec(&count);
	atomic_long_set(&count, 2);
	WARN_ON(!atomic_long_inc_not_zero(&count) || atomic_long_read(&count) != 3);
	atomic64_set(&wide, 1);
	atomic64_inc(&wide);
	WARN_ON(atomic64_read(&wide) != 2 || atomic_sub_return(1, &wide) != 1);
	WARN_ON(atomic_sub_and_test(2, &wide) || !atomic_inc_and_test(&wide));
	WARN_ON(kref_read(&kref) != 2);
	__set_bit(1, &bits);
	WARN_ON(test_and_set_bit_lock(0, &bits) || bits != (BIT(0) | BIT(1)));
	clear_bit_unlock(0, &bits);
	__clear_bit(1, &bits);
	WARN_ON_ONCE(bits);
	return 0;
}

static int helpers(void)
{
	int a = 1, b = 2;

	swap(a, b);
	WARN_ONCE(a != 2, "swap\n");
	WARN_ON(min(a, b) != 1 || max(a, b) != 2 || min_t(int, a, b) != 1 || max_t(int, a, b) != 2);
	WARN_ON(PTR_ERR_OR_ZERO(ERR_PTR(-EIO)) != -EIO || !IS_ERR_VALUE(-EIO));
	VM_WARN_ON(unlikely(a != 2) || !likely(b == 1));
	VM_BUG_ON(CHECK_DATA_CORRUPTION(b != 1, "b\n"));
	BUILD_BUG_ON(0);
	WRITE_ONCE(a, data_race(b));
	smp_store_release(&a, smp_load_acquire(&b));
	smp_store_mb(a, 1);
	smp_mb();
	smp_rmb();
	smp_wmb();
	smp_mb__before_atomic();
	smp_mb__after_atomic();
	smp_mb__after_srcu_read_unlock();
	cpu_relax();
	pr_info("%d of %d on %d\n", a, num_online_cpus(), raw_smp_processor_id());
	dev_set_drvdata(&dev, words);
	WARN_ON(dev_get_drvdata(&dev) != words);
	WARN_ON(module_refcount(THIS_MODULE) != 0 || !module_is_live(THIS_MODULE));
	WARN_ON(module_name(THIS_MODULE) != "drv");
	return offsetof(struct kref, refcount);
}

THREAD(user)
{
	SYSCALL(counters());
	SYSCALL(helpers());
	mmget(current->mm);
	mmput_async(current->mm);
}
