/*
 * Result: safe
 * Options: define CONFIG_FAIL_FUNCTION=1
 *
 * What does probe() owe for a clock that it cannot enable?
 * clk_put(), as clk_get() took it.
 */
#include <lastput.h>

static int probe(void)
{
	struct clk *clk = clk_get(NULL, "bus");
	int ret;

	if (IS_ERR(clk))
		return PTR_ERR(clk);
	ret = clk_prepare_enable(clk);
	if (ret) {
		clk_put(clk);
		return ret;
	}
	clk_disable_unprepare(clk);
	clk_put(clk);
	return 0;
}

THREAD(user)
{
	probe();
}
