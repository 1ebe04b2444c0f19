/*
 * Result: safe
 *
 * Do the getters of what a board has (clocks, resets, phys, GPIOs, channels) each have a putter?
 * Yes, and what is turned on has to be turned off before.
 */
#include <lastput.h>

#define TRY(tag, put, call) do {		\
	struct tag *got = (call);		\
	WARN_ON(IS_ERR_OR_NULL(got));		\
	put(got);				\
} while (0)

POOL(struct clk, 8);
POOL(struct regulator, 4);
POOL(struct reset_control, 8);
POOL(struct phy, 4);
POOL(struct gpio_desc, 4);
POOL(struct dma_chan, 4);

THREAD(user)
{
	struct phy *phy = phy_get(NULL, "usb");
	struct regulator *vcc = regulator_get(NULL, "vcc");
	struct dma_slave_map *mask = NULL;

	TRY(clk, clk_put, clk_get_optional(NULL, "bus"));
	TRY(clk, clk_put, clk_get_sys(NULL, "bus"));
	TRY(clk, clk_put, of_clk_get(NULL, 0));
	TRY(clk, clk_put, of_clk_get_by_name(NULL, "bus"));
	WARN_ON(clk_set_rate(NULL, 1) || !clk_get_rate(NULL));
	regulator_enable(vcc);
	regulator_disable(vcc);
	regulator_put(vcc);
	TRY(regulator, regulator_put, regulator_get_optional(NULL, "vdd"));
	TRY(regulator, regulator_put, regulator_get_exclusive(NULL, "vdd"));
	TRY(reset_control, reset_control_put, reset_control_get(NULL, NULL));
	TRY(reset_control, reset_control_put, reset_control_get_exclusive(NULL, NULL));
	TRY(reset_control, reset_control_put, reset_control_get_shared(NULL, NULL));
	TRY(reset_control, reset_control_put, of_reset_control_get_exclusive(NULL, NULL));
	TRY(reset_control, reset_control_put, of_reset_control_get_shared(NULL, NULL));
	WARN_ON(reset_control_assert(NULL) || reset_control_deassert(NULL) || reset_control_reset(NULL));
	phy_init(phy);
	phy_power_on(phy);
	phy_power_off(phy);
	phy_exit(phy);
	phy_put(NULL, phy);
	TRY(phy, of_phy_put, of_phy_get(NULL, NULL));
	TRY(gpio_desc, gpiod_put, gpiod_get(NULL, "reset", 0));
	TRY(gpio_desc, gpiod_put, gpiod_get_optional(NULL, "reset", 0));
	TRY(gpio_desc, gpiod_put, gpiod_get_index(NULL, "reset", 0, 0));
	TRY(gpio_desc, gpiod_put, fwnode_gpiod_get_index(NULL, "reset", 0, 0, NULL));
	TRY(gpio_descs, gpiod_put_array, gpiod_get_array(NULL, "data", 0));
	TRY(nvmem_cell, nvmem_cell_put, nvmem_cell_get(NULL, "mac"));
	TRY(nvmem_cell, nvmem_cell_put, of_nvmem_cell_get(NULL, "mac"));
	TRY(nvmem_device, nvmem_device_put, nvmem_device_get(NULL, "rom"));
	TRY(nvmem_device, nvmem_device_put, of_nvmem_device_get(NULL, "rom"));
	TRY(pwm_device, pwm_put, pwm_get(NULL, NULL));
	TRY(dma_chan, dma_release_channel, dma_request_chan(NULL, "tx"));
	TRY(dma_chan, dma_release_channel, dma_request_chan_by_mask(NULL));
	TRY(dma_chan, dma_release_channel, dma_request_channel(mask, NULL, NULL));
	TRY(mbox_chan, mbox_free_channel, mbox_request_channel(NULL, 0));
	TRY(mbox_chan, mbox_free_channel, mbox_request_channel_byname(NULL, "tx"));
	TRY(iio_channel, iio_channel_release, iio_channel_get(NULL, "adc"));
	TRY(icc_path, icc_put, of_icc_get(NULL, "ddr"));
	TRY(rproc, rproc_put, rproc_get_by_phandle(1));
}
