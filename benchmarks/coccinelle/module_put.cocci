// Functions that put a module. Keyword to prefilter on: module_put.
@r@
identifier f;
expression E;
position p;
@@
f(...) { <+... module_put@p(E); ...+> }

@script:python@
f << r.f;
p << r.p;
@@
print("%s:%s: %s() puts a module" % (p[0].file, p[0].line, f))
