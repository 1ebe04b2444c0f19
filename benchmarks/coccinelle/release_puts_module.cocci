// A ->release() that puts a module. Keywords: file_operations, module_put.
@table@
identifier t, release;
@@
struct file_operations t = { .release = release, };

@r@
identifier table.release;
expression E;
position p;
@@
release(...) { <+... module_put@p(E); ...+> }

@script:python@
p << r.p;
@@
print("%s:%s: ->release() puts a module" % (p[0].file, p[0].line))
