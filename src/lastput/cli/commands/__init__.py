"""The commands. A module here has ``HELP``, ``configure(parser)`` and ``run(args) -> exit code``.

They are found by walking this package. All are imported to build the help, so what is heavy (the
engine, the compiler, the views) is imported inside ``run``.
"""
