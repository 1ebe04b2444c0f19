/*
 * Result: safe
 *
 * What comes before clk_put() of a clock that runs?
 * clk_disable_unprepare().
 */
#include <lastput.h>

THREAD(user)
{
	struct clk *clk = clk_get(NULL, "bus");

	clk_prepare_enable(clk);
	clk_disable_unprepare(clk);
	clk_put(clk);
}
