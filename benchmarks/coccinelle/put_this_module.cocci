// Functions that put their own module. Keyword: THIS_MODULE, module_put.
@r@
identifier f;
position p;
@@
f(...) { <+... module_put@p(THIS_MODULE); ...+> }

@script:python@
f << r.f;
p << r.p;
@@
print("%s:%s: %s() puts its own module" % (p[0].file, p[0].line, f))
