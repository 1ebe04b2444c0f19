/*
 * Result: safe
 *
 * Does a trylock avoid the deadlock of two locks in different orders?
 * Yes: who does not get the second one gives back the first.
 */
#include <lastput.h>

static DEFINE_MUTEX(first);
static DEFINE_MUTEX(second);
static DEFINE_SPINLOCK(spin);

THREAD(one)
{
	mutex_lock(&first);
	mutex_lock(&second);
	mutex_unlock(&second);
	mutex_unlock(&first);
	if (spin_trylock(&spin))
		spin_unlock(&spin);
}

THREAD(two)
{
	mutex_lock(&second);
	if (mutex_trylock(&first)) {
		lockdep_assert_held(&first);
		mutex_unlock(&first);
	}
	mutex_unlock(&second);
	spin_lock(&spin);
	assert_spin_locked(&spin);
	spin_unlock(&spin);
}
