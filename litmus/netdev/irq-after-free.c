/*
 * Result: use-after-free (net_device)
 *
 * May the private area of a network device go while its interrupt is still requested?
 * No. free_irq() has to come before free_netdev(), wherever the interrupt was requested.
 */
#include <lastput.h>

#define IRQ 9

struct priv {
	int value;
};

static irqreturn_t priv_irq(int irq, void *dev_id)
{
	struct priv *priv = netdev_priv((struct net_device *)dev_id);

	priv->value++;
	return IRQ_HANDLED;
}

static const struct net_device_ops priv_ops;

static int drv_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct net_device *dev = alloc_etherdev(sizeof(struct priv));

	SET_NETDEV_DEV(dev, &pdev->dev);
	dev->netdev_ops = &priv_ops;
	pci_set_drvdata(pdev, dev);
	request_irq(IRQ, priv_irq, 0, "eth", dev);
	return register_netdev(dev);
}

static void drv_remove(struct pci_dev *pdev)
{
	struct net_device *dev = pci_get_drvdata(pdev);

	unregister_netdev(dev);
	free_netdev(dev);
	free_irq(IRQ, dev);
}

static struct pci_driver drv = { .probe = drv_probe, .remove = drv_remove };

THREAD(admin)
{
	pci_register_driver(&drv);
	pci_unregister_driver(&drv);
}
