/*
 * Result: safe
 *
 * What do strings, numbers in text and user memory do?
 * A copy is memory of its own, a number may be any, and access to user space may sleep.
 */
#include <lastput.h>

POOL(struct memory, 12);
POOL(struct obj, 4);

struct obj {
	int value;
};

static char buf[4];
static int number;
static unsigned long from;

static void texts(void)
{
	char *copy = kstrdup("a", GFP_KERNEL);

	kfree(copy);
	kfree(kstrndup("a", 1, GFP_KERNEL));
	kfree(kstrdup_const("a", GFP_KERNEL));
	kfree(kmemdup_nul("a", 1, GFP_KERNEL));
	kfree(kasprintf(GFP_KERNEL, "%d", number));
	WARN_ON(strcmp("on", "on") || !strncmp("on", "off", 2) || !sysfs_streq("on", "on"));
	WARN_ON(strcasecmp("on", "on") || strncasecmp("on", "on", 2) || !strlen("on") || !strnlen("on", 2));
	snprintf(buf, 4, "%d", number);
	scnprintf(buf, 4, "%d", number);
	sprintf(buf, "%d", number);
	strscpy(buf, "a");
	strscpy_pad(buf, "a", 4);
	strlcpy(buf, "a", 4);
	strcpy(buf, "a");
	strncpy(buf, "a", 4);
	strcat(buf, "a");
}

static void numbers(void)
{
	bool flag;
	u8 small;

	WARN_ON(kstrtoint(buf, 0, &number));
	kstrtouint(buf, 0, &number);
	kstrtol(buf, 0, &number);
	kstrtoul(buf, 0, &number);
	kstrtoll(buf, 0, &number);
	kstrtoull(buf, 0, &number);
	kstrtou8(buf, 0, &small);
	kstrtou16(buf, 0, &number);
	kstrtou32(buf, 0, &number);
	kstrtobool(buf, &flag);
	kstrtoint_from_user(buf, 1, 0, &number);
	kstrtoul_from_user(buf, 1, 0, &number);
	kstrtou8_from_user(buf, 1, 0, &small);
	kstrtobool_from_user(buf, 1, &flag);
	memcmp(buf, buf, 4);
}

THREAD(user)
{
	struct obj obj, *copy;

	texts();
	numbers();
	memmove(memcpy(&obj, buf, 4), buf, 4);
	WARN_ON(copy_from_user(&obj, &from, sizeof(obj)) || copy_to_user(&from, &obj, sizeof(obj)));
	WARN_ON(clear_user(&from, 1) || get_user(number, &from) || put_user(number, &from) || !access_ok(&from, 1));
	copy = memdup_user(&from, sizeof(*copy));
	copy->value = capable(1) && ns_capable(NULL, 1);
	kfree(copy);
	copy = vmemdup_user(&from, sizeof(*copy));
	kvfree(copy);
	kfree(memdup_user_nul(&from, 1));
	WARN_ON(simple_read_from_buffer(&from, 1, NULL, buf, 1) < 0);
	WARN_ON(simple_write_to_buffer(buf, 1, NULL, &from, 1) < 0);
}
