"""The rules, one file each. A module here is a rule: its docstring is its page, see
``lastput.audit.rule``. Modules whose name begins with ``_`` are shared by rules of a family."""
