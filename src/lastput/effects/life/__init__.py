"""The life of a driver's objects: what is live after which call, and which call ends it.

Here live the pairs of calls that begin and end something (``pairs``), what a call of a module makes live
(``begun``), and when in a teardown each of it ends. Everything is inferred from the types and bodies of
the tree under audit.
"""
