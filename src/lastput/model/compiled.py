"""What comes of compiling a litmus file."""

from __future__ import annotations

__all__ = ["KERNEL", "Compiled", "read_test"]

from pathlib import Path

import msgspec

from lastput.c import syntax as c
from lastput.engine.program import Program
from lastput.errors import LastputError, Place
from lastput.model.header import Header
from lastput.model.options import ModelOptions
from lastput.model.shapes import Shape
from lastput.model.world import Assumption

KERNEL = Path(__file__).parent.parent / "kernel"
"""Where the modelled kernel lies."""


class Compiled(msgspec.Struct, frozen=True):
    """``sources`` maps the files named in places to their text; ``functions`` are those the program may
    enter; ``skipped`` lists what was passed over at file scope, ``notes`` what the user should know,
    ``shapes`` what is looked at of the structs, ``assumptions`` what stands for what is not known, ``beside``
    the files of the test's own that were looked for."""

    program: Program
    header: Header
    options: ModelOptions
    sources: dict[str, str]
    functions: tuple[str, ...]
    skipped: tuple[c.Skipped, ...]
    notes: tuple[str, ...]
    shapes: tuple[Shape, ...] = ()
    assumptions: tuple[Assumption, ...] = ()
    beside: tuple[str, ...] = ()


def read_test(path: str) -> str:
    """The text of a litmus file. Raises LastputError ``no-file``."""
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise LastputError(
            "no-file", f"cannot read {path}: {error.strerror}", "check the name", Place(path)
        ) from None
