/*
 * What a driver keeps in its device.
 *
 * Models include/linux/{device,platform_device,pci,i2c,usb,netdevice,input}.h (6.12) and their kin: one pointer of the
 * device that the driver sets and gets. After remove() and after a probe() that failed the driver core sets it to
 * NULL.
 *
 * Left out: nothing of that.
 */

/* include/linux/device.h:925, :930 */
#define dev_set_drvdata(dev, data) ((dev)->driver_data = (data))
#define dev_get_drvdata(dev) ((dev)->driver_data)
#define dev_get_platdata(dev) ((dev)->platform_data)

/* include/linux/platform_device.h:280 */
#define platform_set_drvdata(pdev, data) dev_set_drvdata(&(pdev)->dev, data)
#define platform_get_drvdata(pdev) dev_get_drvdata(&(pdev)->dev)
#define pci_set_drvdata(pdev, data) dev_set_drvdata(&(pdev)->dev, data)
#define pci_get_drvdata(pdev) dev_get_drvdata(&(pdev)->dev)
#define i2c_set_clientdata(client, data) dev_set_drvdata(&(client)->dev, data)
#define i2c_get_clientdata(client) dev_get_drvdata(&(client)->dev)
#define i2c_set_adapdata(adapter, data) dev_set_drvdata(&(adapter)->dev, data)
#define i2c_get_adapdata(adapter) dev_get_drvdata(&(adapter)->dev)
#define spi_set_drvdata(spi, data) dev_set_drvdata(&(spi)->dev, data)
#define spi_get_drvdata(spi) dev_get_drvdata(&(spi)->dev)
#define usb_set_intfdata(intf, data) dev_set_drvdata(&(intf)->dev, data)
#define usb_get_intfdata(intf) dev_get_drvdata(&(intf)->dev)
#define auxiliary_set_drvdata(auxdev, data) dev_set_drvdata(&(auxdev)->dev, data)
#define auxiliary_get_drvdata(auxdev) dev_get_drvdata(&(auxdev)->dev)
#define hid_set_drvdata(hdev, data) dev_set_drvdata(&(hdev)->dev, data)
#define hid_get_drvdata(hdev) dev_get_drvdata(&(hdev)->dev)
#define sdio_set_drvdata(func, data) dev_set_drvdata(&(func)->dev, data)
#define sdio_get_drvdata(func) dev_get_drvdata(&(func)->dev)
#define serdev_device_set_drvdata(serdev, data) dev_set_drvdata(&(serdev)->dev, data)
#define serdev_device_get_drvdata(serdev) dev_get_drvdata(&(serdev)->dev)
#define amba_set_drvdata(adev, data) dev_set_drvdata(&(adev)->dev, data)
#define amba_get_drvdata(adev) dev_get_drvdata(&(adev)->dev)
#define input_set_drvdata(input, data) dev_set_drvdata(&(input)->dev, data)
#define input_get_drvdata(input) dev_get_drvdata(&(input)->dev)
#define video_set_drvdata(vdev, data) dev_set_drvdata(&(vdev)->dev, data)
#define video_get_drvdata(vdev) dev_get_drvdata(&(vdev)->dev)
