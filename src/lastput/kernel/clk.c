/*
 * What a device needs of the board: clocks, regulators, resets, phys, GPIOs and the like.
 *
 * Models drivers/clk/{clk,clkdev}.c, drivers/{regulator,reset,phy,nvmem,pwm}/core.c, drivers/gpio/gpiolib.c and
 * drivers/dma/dmaengine.c (6.12), by the table below; see token.h. What is enabled stays so until it is disabled as
 * often; a regulator that is put while enabled is a WARN, as there.
 *
 * Left out: rates, voltages and all that the hardware does; that clocks prepare and resets may sleep is checked.
 */


USE(clk, prepared);
USE(clk, enabled);
USE(regulator, enabled);
USE(phy, initialised);
USE(phy, powered);

struct clk {
	TOKEN_MEMBERS(clk);
	USE_MEMBERS(clk, prepared);
	USE_MEMBERS(clk, enabled);
};

struct regulator {
	TOKEN_MEMBERS(regulator);
	USE_MEMBERS(regulator, enabled);
};

struct phy {
	TOKEN_MEMBERS(phy);
	USE_MEMBERS(phy, initialised);
	USE_MEMBERS(phy, powered);
};

TOKEN_STRUCT(reset_control);
TOKEN_STRUCT(gpio_desc);
TOKEN_STRUCT(gpio_descs);
TOKEN_STRUCT(nvmem_cell);
TOKEN_STRUCT(nvmem_device);
TOKEN_STRUCT(pwm_device);
TOKEN_STRUCT(dma_chan);
TOKEN_STRUCT(mbox_chan);
TOKEN_STRUCT(iio_channel);
TOKEN_STRUCT(icc_path);
TOKEN_STRUCT(rproc);

TOKEN(clk, __not_null_nor_error)
TOKEN(regulator, __not_null_nor_error)
TOKEN(phy, __not_null_nor_error)
TOKEN(reset_control, __not_null_nor_error)
TOKEN(gpio_desc, __not_null)
TOKEN(gpio_descs, __not_null)
TOKEN(nvmem_cell, __not_null)
TOKEN(nvmem_device, __not_null)
TOKEN(pwm_device, __not_null)
TOKEN(dma_chan, __not_null)
TOKEN(mbox_chan, __not_null_nor_error)
TOKEN(iio_channel, __not_null)
TOKEN(icc_path, __not_null_nor_error)
TOKEN(rproc, __not_null)

/* drivers/clk/clkdev.c:100; the optional ones give NULL where there is none, and the error only if it fails */
TOKEN_FIND(clk, ERR_PTR(-ENOENT), clk_get)
TOKEN_FIND(clk, NULL, clk_get_optional)
TOKEN_FIND(clk, ERR_PTR(-ENOENT), clk_get_sys)
TOKEN_FIND(clk, ERR_PTR(-ENOENT), of_clk_get)
TOKEN_FIND(clk, ERR_PTR(-ENOENT), of_clk_get_by_name)
/* drivers/clk/clkdev.c:115 */
TOKEN_PUT(clk, clk_put)

/* drivers/clk/clk.c:1184, :1406 */
static int clk_prepare(struct clk *clk)
{
	might_sleep();
	if (!clk)
		return 0;
	if (__request_fails())
		return -EIO;
	__use_begins(clk, prepared, clk);
	return 0;
}

TOKEN_USE(clk, enabled, clk_enable)
/* drivers/clk/clk.c:1241 */
TOKEN_UNUSE(clk, enabled, clk_disable)

/* drivers/clk/clk.c:1103 */
static void clk_unprepare(struct clk *clk)
{
	might_sleep();
	if (!IS_ERR_OR_NULL(clk))
		__use_ends(clk, prepared, clk);
}

/* include/linux/clk.h:1140 */
static int clk_prepare_enable(struct clk *clk)
{
	int ret = clk_prepare(clk);

	if (ret)
		return ret;
	ret = clk_enable(clk);
	if (ret)
		clk_unprepare(clk);
	return ret;
}

/* include/linux/clk.h:1155 */
static void clk_disable_unprepare(struct clk *clk)
{
	clk_disable(clk);
	clk_unprepare(clk);
}

#define clk_set_rate(clk, rate) 0
#define clk_get_rate(clk) 1

/* drivers/regulator/core.c:2338 */
TOKEN_FIND(regulator, ERR_PTR(-ENODEV), regulator_get)
TOKEN_FIND(regulator, ERR_PTR(-ENODEV), regulator_get_optional)
TOKEN_FIND(regulator, ERR_PTR(-ENODEV), regulator_get_exclusive)
/* drivers/regulator/core.c:2995, :3107 */
TOKEN_USE(regulator, enabled, regulator_enable)
TOKEN_UNUSE(regulator, enabled, regulator_disable)

/* drivers/regulator/core.c:2452 */
static void regulator_put(struct regulator *regulator)
{
	if (!IS_ERR_OR_NULL(regulator) && regulator->enabled)
		warn(WARN, regulator, "regulator_put(): WARN_ON(regulator->enable_count)");
	__put_regulator(regulator);
}

/* drivers/reset/core.c:1148 */
TOKEN_FIND(reset_control, ERR_PTR(-ENOENT), __reset_control_get)
#define reset_control_get(dev, id) __reset_control_get(dev, id)
#define reset_control_get_exclusive(dev, id) __reset_control_get(dev, id)
#define reset_control_get_shared(dev, id) __reset_control_get(dev, id)
#define of_reset_control_get_exclusive(node, id) __reset_control_get(node, id)
#define of_reset_control_get_shared(node, id) __reset_control_get(node, id)
/* drivers/reset/core.c:1204 */
TOKEN_PUT(reset_control, reset_control_put)
#define reset_control_assert(rstc) 0
#define reset_control_deassert(rstc) 0
#define reset_control_reset(rstc) 0

/* drivers/phy/phy-core.c:243 */
TOKEN_FIND(phy, ERR_PTR(-ENODEV), phy_get)
TOKEN_FIND(phy, ERR_PTR(-ENODEV), of_phy_get)
/* drivers/phy/phy-core.c:707 */
TOKEN_PUT(phy, of_phy_put)
#define phy_put(dev, phy) of_phy_put(phy)
/* drivers/phy/phy-core.c:252, :292, :329, :379 */
TOKEN_USE(phy, initialised, phy_init)
TOKEN_UNUSE(phy, initialised, phy_exit)
TOKEN_USE(phy, powered, phy_power_on)
TOKEN_UNUSE(phy, powered, phy_power_off)

/* drivers/gpio/gpiolib.c:4547 */
TOKEN_FIND(gpio_desc, ERR_PTR(-ENOENT), gpiod_get)
TOKEN_FIND(gpio_desc, NULL, gpiod_get_optional)
TOKEN_FIND(gpio_desc, ERR_PTR(-ENOENT), gpiod_get_index)
TOKEN_FIND(gpio_desc, ERR_PTR(-ENOENT), fwnode_gpiod_get_index)
TOKEN_FIND(gpio_descs, ERR_PTR(-ENOENT), gpiod_get_array)
TOKEN_PUT(gpio_desc, gpiod_put)
TOKEN_PUT(gpio_descs, gpiod_put_array)

/* drivers/nvmem/core.c:1502 */
TOKEN_FIND(nvmem_cell, ERR_PTR(-ENOENT), nvmem_cell_get)
TOKEN_FIND(nvmem_cell, ERR_PTR(-ENOENT), of_nvmem_cell_get)
TOKEN_FIND(nvmem_device, ERR_PTR(-ENOENT), nvmem_device_get)
TOKEN_FIND(nvmem_device, ERR_PTR(-ENOENT), of_nvmem_device_get)
TOKEN_PUT(nvmem_cell, nvmem_cell_put)
TOKEN_PUT(nvmem_device, nvmem_device_put)

/* drivers/pwm/core.c:1408 */
TOKEN_FIND(pwm_device, ERR_PTR(-ENODEV), pwm_get)
TOKEN_PUT(pwm_device, pwm_put)

/* drivers/dma/dmaengine.c:819 */
TOKEN_FIND(dma_chan, ERR_PTR(-ENODEV), dma_request_chan)
TOKEN_FIND(dma_chan, ERR_PTR(-ENODEV), dma_request_chan_by_mask)
TOKEN_FIND(dma_chan, NULL, __dma_request_channel)
#define dma_request_channel(mask, fn, param) __dma_request_channel(&(mask), fn, param)
TOKEN_PUT(dma_chan, dma_release_channel)

/* drivers/mailbox/mailbox.c:402 */
TOKEN_FIND(mbox_chan, ERR_PTR(-ENODEV), mbox_request_channel)
TOKEN_FIND(mbox_chan, ERR_PTR(-ENODEV), mbox_request_channel_byname)
TOKEN_PUT(mbox_chan, mbox_free_channel)

/* drivers/iio/inkern.c:372 */
TOKEN_FIND(iio_channel, ERR_PTR(-ENODEV), iio_channel_get)
TOKEN_PUT(iio_channel, iio_channel_release)

/* drivers/interconnect/core.c:432 */
TOKEN_FIND(icc_path, ERR_PTR(-ENODEV), of_icc_get)
TOKEN_PUT(icc_path, icc_put)

/* drivers/remoteproc/remoteproc_core.c:2133 */
TOKEN_FIND(rproc, NULL, rproc_get_by_phandle)
TOKEN_PUT(rproc, rproc_put)
