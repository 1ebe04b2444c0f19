/*
 * Result: warn (numbers)
 *
 * What does a second ida_free() of a number do?
 */
#include <lastput.h>

static DEFINE_IDA(numbers);

THREAD(user)
{
	int id = ida_alloc(&numbers, GFP_KERNEL);

	ida_free(&numbers, id);
	ida_free(&numbers, id);
}
