/*
 * Result: use-after-free (priv)
 *
 * Is devm memory there after a probe() that failed?
 * No. Whatever was armed before the failing step has to be stopped in probe() itself.
 */
#include <lastput.h>

struct priv {
	struct timer_list timer;
	int value;
};

static void priv_timer(struct timer_list *t)
{
	struct priv *priv = timer_container_of(priv, t, timer);

	priv->value++;
}

static int drv_probe(struct platform_device *pdev)
{
	struct priv *priv = devm_kzalloc(&pdev->dev, sizeof(*priv), GFP_KERNEL);

	timer_setup(&priv->timer, priv_timer, 0);
	mod_timer(&priv->timer, jiffies + HZ);
	if (choose(2))
		return -EIO;
	timer_delete_sync(&priv->timer);
	return 0;
}

static struct platform_driver drv_driver = { .probe = drv_probe };

THREAD(admin)
{
	platform_driver_register(&drv_driver);
	platform_driver_unregister(&drv_driver);
}
