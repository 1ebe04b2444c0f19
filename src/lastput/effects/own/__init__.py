"""Counted references: who takes one, who gives one, who puts one, and what becomes of it.

``counts`` has the calls that raise and lower the count of an object, ``producers`` those whose value is a
reference. Both are inferred from bodies; ``leaves.toml`` has only what has no body that would tell."""
