// A pointer that is used after some function got it last. No keyword: every file is parsed.
@r@
expression E;
identifier f, m;
position p;
@@
f(E);
return E->m@p;

@script:python@
p << r.p;
@@
print("%s:%s: used after a call took it" % (p[0].file, p[0].line))
