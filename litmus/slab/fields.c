/*
 * Result: safe
 *
 * Do the fields of a register, and bytes in the other order, come out as in the kernel?
 */
#include <lastput.h>

static u32 reg = 0xf1234;
static int table[3] = { 4, 5, 6 };

THREAD(driver)
{
	WARN_ON(FIELD_GET(0xf0, reg) != 3);
	WARN_ON(FIELD_GET(0x80000000u, 0x80000000u) != 1);
	WARN_ON(FIELD_PREP(0xff00, 0x12) != 0x1200 || FIELD_PREP(0xf0, 0x123) != 0x30);
	WARN_ON(FIELD_MAX(0x70) != 7);
	WARN_ON(!FIELD_FIT(0xf0, 15) || FIELD_FIT(0xf0, 16));
	WARN_ON(__builtin_bswap16(reg) != 0x3412);
	WARN_ON(__builtin_bswap32(reg) != 0x34120f00);
	WARN_ON(__builtin_bswap64(0x1122334455667788) != 0x8877665544332211);
	WARN_ON(table[array_index_nospec(reg & 1, 3)] != 4);
}
