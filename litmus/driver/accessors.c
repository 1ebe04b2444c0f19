/*
 * Result: safe
 *
 * Where does a device of any kind keep what its driver sets?
 * In the device itself, so that a second device of a driver has its own.
 */
#include <lastput.h>

struct priv {
	int value;
};

#define TRY(tag, set, get) do {			\
	static struct tag the_##tag, the_other;	\
	static struct priv priv;		\
	set(&the_##tag, &priv);			\
	WARN_ON(get(&the_##tag) != &priv);	\
	WARN_ON(get(&the_other) != NULL);	\
} while (0)

struct sdio_func { struct device dev; };
struct serdev_device { struct device dev; };
struct amba_device { struct device dev; };
struct video_device { struct device dev; };

static struct device parent = { .platform_data = &parent };

THREAD(user)
{
	TRY(device, dev_set_drvdata, dev_get_drvdata);
	TRY(i2c_adapter, i2c_set_adapdata, i2c_get_adapdata);
	TRY(sdio_func, sdio_set_drvdata, sdio_get_drvdata);
	TRY(serdev_device, serdev_device_set_drvdata, serdev_device_get_drvdata);
	TRY(amba_device, amba_set_drvdata, amba_get_drvdata);
	TRY(input_dev, input_set_drvdata, input_get_drvdata);
	TRY(video_device, video_set_drvdata, video_get_drvdata);
	WARN_ON(dev_get_platdata(&parent) != &parent);
}
