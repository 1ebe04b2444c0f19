/*
 * Result: use-after-free (priv)
 *
 * Is a poll work item of an input device over when the device is unregistered?
 * Only if ->close() cancels it: unregistering calls that if somebody has the device open.
 */
#include <lastput.h>

struct priv {
	struct delayed_work poll;
	struct input_dev *input;
};

static void priv_poll(struct work_struct *work)
{
	struct priv *priv = container_of(work, struct priv, poll.work);

	input_report_key(priv->input, 1, 1);
	input_sync(priv->input);
}

static int priv_open(struct input_dev *input)
{
	struct priv *priv = input_get_drvdata(input);

	schedule_delayed_work(&priv->poll, 1);
	return 0;
}

static void priv_close(struct input_dev *input)
{
}

THREAD(admin)
{
	struct priv *priv = kzalloc(sizeof(*priv), GFP_KERNEL);

	INIT_DELAYED_WORK(&priv->poll, priv_poll);
	priv->input = input_allocate_device();
	input_set_drvdata(priv->input, priv);
	priv->input->open = priv_open;
	priv->input->close = priv_close;
	input_register_device(priv->input);
	input_unregister_device(priv->input);
	kfree(priv);
}
