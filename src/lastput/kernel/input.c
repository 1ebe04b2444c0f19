/*
 * Input devices, as far as they call back.
 *
 * Models drivers/input/input.c (6.12). A registered device is opened and closed under its mutex, NR_EVENTS times in
 * all. What blocks: input_unregister_device() on that mutex; it closes the device if it is open.
 *
 * Left out: events and handlers.
 */

struct input_dev {
	int events;
	struct device dev;
	struct mutex mutex;
	int registered;
	int users;
	int (*open)(struct input_dev *dev);
	void (*close)(struct input_dev *dev);
};

#define input_set_capability(dev, type, code) ((void)(dev))
#define input_set_abs_params(dev, axis, min, max, fuzz, flat) ((void)(dev))
#define input_report_key(dev, code, value) ((void)(dev)->users)
#define input_report_abs(dev, code, value) ((void)(dev)->users)
#define input_report_rel(dev, code, value) ((void)(dev)->users)
#define input_event(dev, type, code, value) ((void)(dev)->users)
#define input_sync(dev) ((void)(dev)->users)

/* drivers/input/input.c:1623 */
static void input_dev_release(struct device *d)
{
	kfree(container_of(d, struct input_dev, dev));
}

/* drivers/input/input.c:1970 */
static struct input_dev *input_allocate_device(void)
{
	struct input_dev *dev = kzalloc(sizeof(*dev), GFP_KERNEL);

	if (dev) {
		device_initialize(&dev->dev);
		dev->dev.release = input_dev_release;
	}
	return dev;
}

/* drivers/input/input.c:2094: of a device that was not registered */
static void input_free_device(struct input_dev *dev)
{
	if (dev)
		put_device(&dev->dev);
}

/* drivers/input/input.c:2402 */
static int input_register_device(struct input_dev *dev)
{
	if (__request_fails())
		return -ENOMEM;
	atomic {
		dev->registered = 1;
		dev->events = NR_EVENTS;
	}
	return 0;
}

/* input_disconnect_device(), drivers/input/input.c:715 and input_close_device(), :663 */
static void input_unregister_device(struct input_dev *dev)
{
	mutex_lock(&dev->mutex);
	plain { dev->events = 0; }
	if (dev->users && dev->close)
		dev->close(dev);
	dev->users = 0;
	mutex_unlock(&dev->mutex);
	put_device(&dev->dev);
}

/* drivers/input/input.c:2054: registering makes the entry unregister it */
static void devm_input_device_release(void *data)
{
	struct input_dev *dev = data;

	if (dev->registered)
		input_unregister_device(dev);
	else
		input_free_device(dev);
}

static struct input_dev *devm_input_allocate_device(struct device *dev)
{
	struct input_dev *input = input_allocate_device();

	if (input)
		devres_add(dev, devm_input_device_release, input);
	return input;
}

/*
 * input_open_device(), drivers/input/input.c:592: a reader of /dev/input comes and goes. What it has open holds
 * the device (evdev_connect(), drivers/input/evdev.c:1341, until evdev_free(), :325).
 */
DAEMON(input_user, 1, input_register_device) {
	struct input_dev *dev;
	int ret = 0;

	for (;;) {
		acquire {
			dev = pick_idle(struct input_dev, events);
			wait_idle(!dev->mutex.owner);
			dev->mutex.owner = current;
			current->held++;
			dev->events--;
			get_device(&dev->dev);
		}
		if (!dev->users) {
			ret = dev->open ? dev->open(dev) : 0;
			dev->users = !ret;
		} else {
			if (dev->close)
				dev->close(dev);
			dev->users = 0;
		}
		mutex_unlock(&dev->mutex);
		put_device(&dev->dev);
		return_to_user();
	}
}
