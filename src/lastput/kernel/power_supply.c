/*
 * Power supplies, as far as they call back.
 *
 * Models drivers/power/supply/power_supply_{core,sysfs}.c (6.12). A registered supply is asked for a property
 * NR_EVENTS times; power_supply_changed() tells changes in a work item. What blocks: power_supply_unregister() until
 * that work item has returned and no property is being read.
 *
 * Left out: which supply feeds which, LEDs, thermal zones, chargers, references by power_supply_get_by_name().
 */

union power_supply_propval {
	int intval;
};

struct power_supply_desc {
	const char *name;
	int (*get_property)(struct power_supply *psy, int property, union power_supply_propval *value);
	int (*set_property)(struct power_supply *psy, int property, const union power_supply_propval *value);
	void (*external_power_changed)(struct power_supply *psy);
};

struct power_supply_config {
	void *drv_data;
};

struct power_supply {
	int events;
	int use_cnt;
	const struct power_supply_desc *desc;
	struct work_struct changed_work;
	void *drv_data;
};

#define power_supply_get_drvdata(psy) ((psy)->drv_data)

/* drivers/power/supply/power_supply_core.c:82; supplies that this one feeds are not known */
static void power_supply_changed_work(struct work_struct *work)
{
	struct power_supply *psy = container_of(work, struct power_supply, changed_work);

	if (psy->desc->external_power_changed)
		psy->desc->external_power_changed(psy);
}

/* drivers/power/supply/power_supply_core.c:125 */
static void power_supply_changed(struct power_supply *psy)
{
	schedule_work(&psy->changed_work);
}

/* drivers/power/supply/power_supply_core.c:1336 */
static struct power_supply *power_supply_register(struct device *parent, const struct power_supply_desc *desc,
						  const struct power_supply_config *config)
{
	struct power_supply *psy;

	if (__request_fails())
		return ERR_PTR(-EPROBE_DEFER);
	psy = kzalloc(sizeof(*psy), GFP_KERNEL);
	if (!psy)
		return ERR_PTR(-ENOMEM);
	INIT_WORK(&psy->changed_work, power_supply_changed_work);
	atomic {
		psy->desc = desc;
		psy->drv_data = config ? config->drv_data : NULL;
		psy->events = NR_EVENTS;
	}
	return psy;
}

/* drivers/power/supply/power_supply_core.c:1585 */
static void power_supply_unregister(struct power_supply *psy)
{
	plain { psy->events = 0; }
	cancel_work_sync(&psy->changed_work);
	SLEEP_UNTIL(atomic, !psy->use_cnt);
	kfree(psy);
}

/* drivers/power/supply/power_supply_core.c:1521 */
static void devm_power_supply_release(void *psy)
{
	power_supply_unregister(psy);
}

static struct power_supply *devm_power_supply_register(struct device *parent, const struct power_supply_desc *desc,
						       const struct power_supply_config *config)
{
	struct power_supply *psy = power_supply_register(parent, desc, config);

	if (!IS_ERR(psy))
		devres_add(parent, devm_power_supply_release, psy);
	return psy;
}

/* power_supply_show_property(), drivers/power/supply/power_supply_sysfs.c:271: somebody reads a property */
DAEMON(psy_reader, 1, power_supply_register) {
	struct power_supply *psy;
	union power_supply_propval value;

	for (;;) {
		atomic {
			psy = pick_idle(struct power_supply, events);
			psy->events--;
			psy->use_cnt++;
		}
		if (psy->desc->get_property)
			psy->desc->get_property(psy, choose(2), &value);
		atomic { psy->use_cnt--; }
		return_to_user();
	}
}
