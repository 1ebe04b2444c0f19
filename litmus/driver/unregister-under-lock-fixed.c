/*
 * Result: safe
 *
 * Where is a driver unregistered whose remove() takes a mutex?
 */
#include <lastput.h>

static DEFINE_MUTEX(lock);

static int drv_probe(struct i2c_client *client)
{
	i2c_set_clientdata(client, &lock);
	return 0;
}

static void drv_remove(struct i2c_client *client)
{
	struct mutex *mutex = i2c_get_clientdata(client);

	mutex_lock(mutex);
	mutex_unlock(mutex);
}

static struct i2c_driver drv_driver = { .probe = drv_probe, .remove = drv_remove };

THREAD(admin)
{
	i2c_add_driver(&drv_driver);
	i2c_del_driver(&drv_driver);
}
