/*
 * Result: safe
 *
 * Do the atomic operations do what they say?
 * One task tries them all.
 */
#include <lastput.h>

static atomic_t v = ATOMIC_INIT(1);
static refcount_t r = REFCOUNT_INIT(1);
static unsigned long bits;
static int word;

THREAD(user)
{
	atomic_inc(&v);
	atomic_add(3, &v);
	atomic_dec(&v);
	atomic_sub(2, &v);
	WARN_ON(atomic_read(&v) != 2);
	WARN_ON(atomic_inc_return(&v) != 3 || atomic_dec_return(&v) != 2);
	WARN_ON(atomic_dec_and_test(&v) || !atomic_dec_and_test(&v));
	WARN_ON(atomic_inc_not_zero(&v) || atomic_dec_if_positive(&v) != -1);
	WARN_ON(!atomic_add_unless(&v, 2, 5) || atomic_xchg(&v, 7) != 2);
	WARN_ON(atomic_cmpxchg(&v, 7, 8) != 7 || atomic_cmpxchg(&v, 7, 9) != 8);

	refcount_inc(&r);
	refcount_dec(&r);
	WARN_ON(!refcount_inc_not_zero(&r) || !refcount_dec_not_one(&r));
	WARN_ON(refcount_dec_not_one(&r) || !refcount_dec_and_test(&r));
	WARN_ON(refcount_inc_not_zero(&r) || refcount_read(&r) != 0);

	set_bit(3, &bits);
	WARN_ON(!test_bit(3, &bits) || !test_and_set_bit(3, &bits) || test_and_set_bit(2, &bits));
	WARN_ON(!test_and_clear_bit(2, &bits));
	clear_bit(3, &bits);
	WARN_ON(bits != 0);

	WARN_ON(xchg(&word, 5) != 0 || cmpxchg(&word, 5, 6) != 5 || word != 6);
}
