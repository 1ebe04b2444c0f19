/*
 * Result: leak (clk)
 * Options: define CONFIG_FAIL_FUNCTION=1
 *
 * Is a clock that cannot be enabled given back?
 * Not by clk_prepare_enable(): clk_get() took it, and the error path must put it.
 */
#include <lastput.h>

static int probe(void)
{
	struct clk *clk = clk_get(NULL, "bus");
	int ret;

	if (IS_ERR(clk))
		return PTR_ERR(clk);
	ret = clk_prepare_enable(clk);
	if (ret)
		return ret;
	clk_disable_unprepare(clk);
	clk_put(clk);
	return 0;
}

THREAD(user)
{
	probe();
}
