// file_operations that name no owner. Keyword: file_operations.
@owned@
identifier t;
expression E;
position p;
@@
struct file_operations t@p = { .owner = E, };

@r@
identifier t;
position p != owned.p;
@@
struct file_operations t@p = { ... };

@script:python@
t << r.t;
p << r.p;
@@
print("%s:%s: %s has no owner" % (p[0].file, p[0].line, t))
