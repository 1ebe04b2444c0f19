"""What a run of the model may vary."""

from __future__ import annotations

__all__ = ["ModelOptions", "with_words"]

import msgspec

from lastput.errors import LastputError, Place

_PREEMPT = ("full", "voluntary", "none")


class ModelOptions(msgspec.Struct, frozen=True):
    """``workers`` kworkers; ``preempt`` the kernel's preemption model; ``tail_calls`` as gcc -O2 makes
    them; ``defines`` macros for the litmus file; ``tree`` the kernel tree for SOURCE() lines;
    ``assume_noop`` functions whose calls do nothing."""

    workers: int = 1
    preempt: str = "full"
    tail_calls: bool = False
    defines: tuple[tuple[str, str], ...] = ()
    tree: str = ""
    assume_noop: tuple[str, ...] = ()


def with_words(options: ModelOptions, words: tuple[str, ...], file: str) -> ModelOptions:
    """``options`` changed by the words of an ``Options:`` line, e.g. ``workers=2 preempt=none``."""
    for word in words:
        name, _, value = word.partition("=")
        if name == "workers" and value.isdigit():
            options = msgspec.structs.replace(options, workers=int(value))
        elif name == "preempt" and value in _PREEMPT:
            options = msgspec.structs.replace(options, preempt=value)
        elif name == "tail-calls" and not value:
            options = msgspec.structs.replace(options, tail_calls=True)
        elif name.startswith("define "):
            pair = (name.removeprefix("define "), value or "1")
            options = msgspec.structs.replace(options, defines=(*options.defines, pair))
        else:
            raise LastputError(
                "options-line",
                f"'{word}' is no option",
                "write workers=N, preempt=full|voluntary|none, tail-calls or define NAME=VALUE",
                Place(file),
            )
    return options
