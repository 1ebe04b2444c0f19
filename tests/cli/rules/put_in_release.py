"""A release callback puts its own module. (Made up for tests: it greps.)

What it finds
    ``module_put(THIS_MODULE)`` in a function whose name ends in ``_release``.

Why it breaks
    Words.

Example
    Words.

Instead
    Words.

How lastput knows
    Words.

Known limits
    It greps.

History
    Words.
"""

from __future__ import annotations

from collections.abc import Iterator

from lastput.audit.tree import Tree
from lastput.schema.finding import Cause, Confidence, Evidence, Finding, Verdict, Where

CODE = "MOD901"
NAME = "put-in-release"


def run(facts: Tree) -> Iterator[Finding]:
    for path in facts.paths():
        lines = (facts.text(path) or "").split("\n")
        for function in facts.functions_in(path):
            for number in range(function.first, function.last + 1):
                if "module_put(THIS_MODULE);" in lines[number - 1]:
                    release = function.name.endswith("_release")
                    where = Where(path, number, lines[number - 1].index("module_put") + 1, function.name)
                    verdict: Verdict = "bug" if release else "safe"
                    sure: Confidence = "low" if "maybe" in function.name else "high"
                    yield Finding(
                        code=CODE,
                        verdict=verdict,
                        confidence=sure,
                        message=f"{function.name}() puts its own module",
                        where=where,
                        kind="O" if release else "U",
                        site="module_put",
                        object="THIS_MODULE",
                        statement="module_put(THIS_MODULE)",
                        causes=(Cause(where, "the put may be the last"),),
                        evidence=(
                            Evidence("pin", "nothing pins it")
                            if release
                            else Evidence("pairing", "undoes a get", holds=True),
                        ),
                    )
