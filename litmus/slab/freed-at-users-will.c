/*
 * Result: use-after-free (obj)
 *
 * May a request of user space free an object that is used afterwards?
 * Whatever a request holds that the code tells apart, somebody sends.
 */
#include <lastput.h>

#define OBJ_NONE 17
#define OBJ_DROP 23

struct obj {
	int value;
};

struct request {
	u32 op;
	u32 flags;
};

static struct request user_request;

static void handle(struct obj *obj, struct request *request)
{
	switch (request->op) {
	case OBJ_NONE:
		break;
	case OBJ_DROP:
		kfree(obj);
		break;
	}
}

THREAD(user)
{
	struct obj *obj = kzalloc(sizeof(*obj), GFP_KERNEL);
	struct request request, kept;

	if (copy_from_user(&request, &user_request, sizeof(request)))
		return;
	memcpy(&kept, &request, sizeof(kept));
	handle(obj, &kept);
	obj->value++;
	if (request.op != OBJ_DROP)
		kfree(obj);
}
