"""What a run of the model may vary."""

from __future__ import annotations

__all__ = ["ModelOptions", "settled", "with_words"]

import msgspec

from lastput.errors import LastputError, Place

_PREEMPT = ("full", "voluntary", "none")


class ModelOptions(msgspec.Struct, frozen=True):
    """``workers`` kworkers; ``preempt`` the kernel's preemption model; ``tail_calls`` as gcc -O2 makes
    them; ``defines`` macros for the litmus file; ``tree`` the kernel tree for SOURCE() lines;
    ``assume_noop`` functions whose calls do nothing, ``assume_any`` those that give any value ("all": what is
    defined nowhere); ``config`` the .config file that headers are read with. None leaves it to the litmus
    file."""

    workers: int | None = None
    preempt: str | None = None
    tail_calls: bool = False
    defines: tuple[tuple[str, str], ...] = ()
    tree: str = ""
    assume_noop: tuple[str, ...] = ()
    assume_any: tuple[str, ...] = ()
    config: str = ""


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


def settled(header: ModelOptions, given: ModelOptions) -> ModelOptions:
    """The options of a run: what the user asks for wins over the file's own ``Options:`` line, and that
    over one kworker and full preemption."""
    plain = ModelOptions()
    changes = {
        name: getattr(given, name)
        for name in given.__struct_fields__
        if getattr(given, name) != getattr(plain, name)
    }
    if "defines" in changes:
        changes["defines"] = (*header.defines, *given.defines)
    both = msgspec.structs.replace(header, **changes)
    return msgspec.structs.replace(
        both,
        workers=1 if both.workers is None else both.workers,
        preempt="full" if both.preempt is None else both.preempt,
    )
