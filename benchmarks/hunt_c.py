"""Looks for C that means one thing to gcc and another to the model: random sequential programs, run by both.

    python -m benchmarks.hunt_c --programs 20000

gcc compiles them with -fsanitize=undefined; what is undefined there may be anything here. Prints how many
were compared, how many the model refuses, and each disagreement with its program. Exit 1 if there is one.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.model.c_by_gcc import by_gcc
from tests.model.random_c import TYPES, Snippets

from lastput.engine.interpret import boot
from lastput.errors import LastputError
from lastput.model.compile import compile_text

_BATCH = 40


class Programs(Snippets):
    """Snippets with structs, bit fields, arrays, pointers, and arms of ``?:`` that a constant rules out."""

    def expression(self, names: list[str], depth: int) -> str:
        if depth > 0 and self.random.random() < 0.08:
            arms = f"{self.expression(names, depth - 1)} : {self.expression(names, depth - 1)}"
            return f"({self.random.choice('01')} ? {arms})"
        return super().expression(names, depth)

    def body(self) -> str:
        pick = self.random.choice
        names = [f"v{i}" for i in range(self.random.randrange(1, 3))]
        lines = [f"{pick(TYPES)} {name} = {self._pure([], 2)};" for name in names]
        kind = pick(TYPES)
        lines += [
            f"struct {{ {pick(TYPES)} a; unsigned int b : {self.random.randrange(1, 31)};"
            f" {pick(TYPES)} c; }} s = {{ .c = {self._pure([], 1)} }};",
            f"{pick(TYPES)} row[3] = {{ {self._pure([], 1)}, {self._pure([], 1)} }};",
            f"{kind} cell = {self._pure([], 1)}; {kind} *p = &cell;",
            "int at = 1;",
        ]
        names += ["s.a", "s.b", "s.c", "row[0]", "row[at]", "(*p)"]
        lines += [self.statement(names, 2) for _ in range(self.random.randrange(1, 4))]
        lines.append(f"return {self._pure(names, 3)};")
        return "\n".join(lines)


def _by_model(snippets: list[str]) -> list[int | None]:
    """What the model makes of each; None for what it refuses."""
    functions = "".join(f"static long f{i}(void)\n{{\n{text}\n}}\n" for i, text in enumerate(snippets))
    results = "".join(f"static long result{i};\n" for i in range(len(snippets)))
    calls = "".join(f"BOOT(b{i}) {{ result{i} = f{i}(); }}\n" for i in range(len(snippets)))
    reads = "".join(f"seen = result{i}; " for i in range(len(snippets)))
    text = f"#include <lastput.h>\n{functions}{results}{calls}THREAD(reader) {{ long seen; {reads} }}\n"
    try:
        program = compile_text(text, "hunt.c").program
        state = boot(program)
    except LastputError:
        return (
            [None] if len(snippets) == 1 else [one for half in _halves(snippets) for one in _by_model(half)]
        )
    values = dict(zip((slot.name for slot in program.slots), state, strict=True))
    return [values[f"result{i}"] for i in range(len(snippets))]


def _by_gcc(snippets: list[str]) -> list[int | None]:
    """The same of gcc; None as well for what crashes it."""
    with tempfile.TemporaryDirectory() as room:
        try:
            return by_gcc(Path(room), "", snippets)
        except subprocess.CalledProcessError:
            if len(snippets) == 1:
                return [None]
    return [one for half in _halves(snippets) for one in _by_gcc(half)]


def _halves(snippets: list[str]) -> tuple[list[str], list[str]]:
    middle = len(snippets) // 2
    return snippets[:middle], snippets[middle:]


def disagreements(count: int, seed: int, told: dict[str, int]) -> Iterator[str]:
    """Each disagreement of ``count`` programs, with what both say; ``told`` counts."""
    source = Programs(seed)
    for start in range(0, count, _BATCH):
        bodies = [source.body() for _ in range(min(_BATCH, count - start))]
        for body, gcc, model in zip(bodies, _by_gcc(bodies), _by_model(bodies), strict=True):
            told["programs"] += 1
            if gcc is None or model is None:
                told["undefined" if gcc is None else "refused"] += 1
                continue
            told["compared"] += 1
            if gcc != model:
                yield f"gcc {gcc}, lastput {model}:\n{body}\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--programs", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    told = dict.fromkeys(("programs", "compared", "undefined", "refused"), 0)
    found = 0
    for text in disagreements(args.programs, args.seed, told):
        found += 1
        print(text, flush=True)
    print(", ".join(f"{number:,} {what}" for what, number in told.items()) + f", {found} disagreements")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
