"""One call from litmus text to verdict and trace.

``run.run(Request)`` compiles a test, searches it and gives an ``Outcome``: verdict, traces, what was
covered, under which assumptions and within which bounds. The command line, ``prove`` and the tests use it;
it prints nothing and reads nothing but the files that the request names.
"""
