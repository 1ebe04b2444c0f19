// A function of this file that is stored into a field at run time. No keyword: every file is parsed.
@fn@
identifier f;
@@
f(...) { ... }

@r@
identifier fn.f, m;
expression E;
position p;
@@
E->m@p = f;

@script:python@
f << fn.f;
p << r.p;
@@
print("%s:%s: %s is stored" % (p[0].file, p[0].line, f))
