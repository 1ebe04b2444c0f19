/*
 * Result: safe
 *
 * What does power_supply_unregister() wait for?
 * For who reads a property and for the work item of changes; so the data may go after it.
 */
#include <lastput.h>

struct priv {
	int level;
};

static int get_property(struct power_supply *psy, int property, union power_supply_propval *value)
{
	struct priv *priv = power_supply_get_drvdata(psy);

	value->intval = priv->level;
	return 0;
}

static void changed(struct power_supply *psy)
{
	struct priv *priv = power_supply_get_drvdata(psy);

	priv->level = 1;
}

static const struct power_supply_desc desc = { .get_property = get_property, .external_power_changed = changed };

THREAD(admin)
{
	struct priv *priv = kzalloc(sizeof(*priv), GFP_KERNEL);
	struct power_supply_config config = { .drv_data = priv };
	struct power_supply *psy = power_supply_register(NULL, &desc, &config);

	power_supply_changed(psy);
	power_supply_unregister(psy);
	kfree(priv);
}
