/*
 * Result: safe
 *
 * Do the calls that hand out a counted object by another way than their result give one reference?
 */
#include <lastput.h>

POOL(struct firmware, 3);
POOL(struct cred, 3);

THREAD(user)
{
	const struct firmware *firmware;
	struct drm_gem_object *obj = drm_gem_object_lookup(NULL, 1);
	struct socket *socket;
	int err;

	request_firmware(&firmware, "a", NULL);
	release_firmware(firmware);
	request_firmware_direct(&firmware, "b", NULL);
	release_firmware(firmware);
	firmware_request_nowarn(&firmware, "c", NULL);
	release_firmware(firmware);
	socket = sockfd_lookup(1, &err);
	sockfd_put(socket);
	put_cred(get_current_cred());
	abort_creds(prepare_creds());
	drm_gem_object_get(obj);
	drm_gem_object_put(obj);
	drm_gem_object_put(obj);
}
