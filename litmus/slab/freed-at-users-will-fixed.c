/*
 * Result: safe
 *
 * When may an object be used that a request of user space can free?
 * Before: memcpy() of a struct keeps what copy_from_user() brought.
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
	obj->value++;
	handle(obj, &kept);
	if (request.op != OBJ_DROP)
		kfree(obj);
}
