/*
 * Result: leak (clk_enabled)
 *
 * Does clk_put() disable a clock?
 * No. It only forgets who asked for it; the clock runs on.
 */
#include <lastput.h>

THREAD(user)
{
	struct clk *clk = clk_get(NULL, "bus");

	clk_prepare_enable(clk);
	clk_put(clk);
}
