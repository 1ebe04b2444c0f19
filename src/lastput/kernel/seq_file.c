/*
 * Files whose text a function makes.
 *
 * Models fs/seq_file.c (6.12). A read calls show() of a single file, or start(), show(), next() and stop() of an
 * iterator. Nothing blocks but what they wait for.
 *
 * Left out: the text; that a read may be cut, and go on from where it was.
 */

struct seq_operations {
	void *(*start)(struct seq_file *m, loff_t *pos);
	void (*stop)(struct seq_file *m, void *v);
	void *(*next)(struct seq_file *m, void *v, loff_t *pos);
	int (*show)(struct seq_file *m, void *v);
};

struct seq_file {
	void *private;
	int (*show)(struct seq_file *m, void *v);
	const struct seq_operations *op;
	struct file *file;
};

#define seq_lseek NULL
#define SEQ_START_TOKEN ((void *)1)

/* fs/seq_file.c:401: what is printed is read */
static inline void seq_printf(struct seq_file *m, const char *format, ...) { }

#define seq_puts(m, s) seq_printf(m, "%s", s)
#define seq_putc(m, c) seq_printf(m, "%c", c)
#define seq_write(m, data, len) (seq_printf(m, "%p", data), 0)

/* fs/seq_file.c:57 */
static int seq_open(struct file *file, const struct seq_operations *op)
{
	struct seq_file *m = kzalloc(sizeof(*m), GFP_KERNEL);

	if (!m)
		return -ENOMEM;
	m->op = op;
	m->file = file;
	file->private_data = m;
	return 0;
}

/* fs/seq_file.c:352 */
static int seq_release(struct inode *inode, struct file *file)
{
	kfree(file->private_data);
	return 0;
}

/* fs/seq_file.c:572 */
static int single_open(struct file *file, int (*show)(struct seq_file *m, void *v), void *data)
{
	int ret = seq_open(file, NULL);
	struct seq_file *m;

	if (!ret) {
		m = file->private_data;
		m->show = show;
		m->private = data;
	}
	return ret;
}

/* fs/seq_file.c:611 */
static int single_release(struct inode *inode, struct file *file)
{
	return seq_release(inode, file);
}

/* fs/seq_file.c:630: the private object, or NULL */
#define __seq_open_private(file, ops, size) ({				\
	struct seq_file *__m = NULL;					\
	if (!seq_open(file, ops)) {					\
		__m = (file)->private_data;				\
		__m->private = kzalloc(size, GFP_KERNEL);		\
	}								\
	__m ? __m->private : NULL;					\
})
#define seq_open_private(file, ops, size) (__seq_open_private(file, ops, size) ? 0 : -ENOMEM)

/* fs/seq_file.c:620 */
static int seq_release_private(struct inode *inode, struct file *file)
{
	struct seq_file *m = file->private_data;

	kfree(m->private);
	return seq_release(inode, file);
}

/* traverse(), fs/seq_file.c:90 and seq_read_iter(), :171 */
static void __seq_traverse(struct seq_file *m, const struct seq_operations *op)
{
	loff_t pos = 0;
	void *v = op->start(m, &pos);

	while (!IS_ERR_OR_NULL(v)) {
		if (op->show(m, v))
			break;
		v = op->next(m, v, &pos);
	}
	op->stop(m, v);
}

/* fs/seq_file.c:151 */
static ssize_t seq_read(struct file *file, char *buf, size_t size, loff_t *pos)
{
	struct seq_file *m = file->private_data;

	if (m->op)
		__seq_traverse(m, m->op);
	else
		m->show(m, NULL);
	return 1;
}

/* include/linux/seq_file.h:206 */
#define DEFINE_SHOW_ATTRIBUTE(_name)						\
static int _name##_open(struct inode *inode, struct file *file)			\
{										\
	return single_open(file, _name##_show, inode->i_private);		\
}										\
										\
static const struct file_operations _name##_fops = {				\
	.owner = THIS_MODULE,							\
	.open = _name##_open,							\
	.read = seq_read,							\
	.llseek = seq_lseek,							\
	.release = single_release,						\
}

/* include/linux/seq_file.h:187 */
#define DEFINE_SEQ_ATTRIBUTE(_name)						\
static int _name##_open(struct inode *inode, struct file *file)			\
{										\
	struct seq_file *m;							\
	int ret = seq_open(file, &_name##_sops);				\
										\
	if (!ret) {								\
		m = file->private_data;						\
		m->private = inode->i_private;					\
	}									\
	return ret;								\
}										\
										\
static const struct file_operations _name##_fops = {				\
	.owner = THIS_MODULE,							\
	.open = _name##_open,							\
	.read = seq_read,							\
	.llseek = seq_lseek,							\
	.release = seq_release,							\
}
