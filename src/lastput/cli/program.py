"""From the words of the command line to a compiled program, and what a trace wants to know of it."""

from __future__ import annotations

__all__ = ["Loaded", "context", "expectation", "load", "model_options"]

import argparse
import sys
from pathlib import Path

import msgspec

from lastput.cli import shelf
from lastput.cli.arguments import as_flags
from lastput.errors import LastputError, Place
from lastput.model.compile import Compiled, compile_file
from lastput.model.header import Header
from lastput.model.load import KERNEL
from lastput.model.options import ModelOptions
from lastput.schema.checked import Expectation
from lastput.show.build import Context


class Loaded(msgspec.Struct, frozen=True):
    """A test that has been compiled. ``flags`` are the words that make the same program again;
    ``release`` is that of the kernel tree, "" if it does not matter or is not known."""

    path: Path
    compiled: Compiled
    flags: tuple[str, ...]
    release: str = ""


def model_options(args: argparse.Namespace) -> ModelOptions:
    """The options of the model that the user gave."""
    return ModelOptions(
        workers=args.workers,
        preempt=args.preempt,
        tail_calls=bool(args.tail_calls),
        defines=tuple(args.define),
        tree=args.tree or "",
        assume_noop=tuple(args.assume_noop),
    )


def load(path: Path, args: argparse.Namespace) -> Loaded:
    """Compile a test. Raises LastputError for what is wrong with it."""
    if path.stat().st_size > 1 << 24:
        raise LastputError(
            "too-big", f"{path} has more than 16 MiB", "a litmus test is a small file", Place(str(path))
        )
    if not args.tree:
        return Loaded(path, compile_file(str(path), model_options(args)), as_flags(args))
    from lastput.c.tree import open_tree

    tree = open_tree(args.tree, _say)
    compiled = compile_file(str(path), model_options(args), tree.read)
    release = tree.release() if compiled.header.by_release else ""
    return Loaded(path, compiled, as_flags(args), release)


def _say(text: str) -> None:
    print(f"lastput: {text}", file=sys.stderr)


def expectation(header: Header, release: str = "") -> Expectation:
    """What the header of a test says of a tree of ``release``, as data for views."""
    special = any(name == release for name, _ in header.by_release)
    return Expectation(
        results=tuple((one.error, one.object) for one in header.expected_on(release) or ()),
        release=release if special else "",
        question=header.question,
        claims=header.claims,
        stage=header.stage,
        stated=header.expected is not None,
    )


def context(loaded: Loaded) -> Context:
    """Names and source lines for the trace of a test."""
    lines: dict[str, tuple[str, ...]] = {}

    def sources(file: str) -> tuple[str, ...]:
        if file not in lines:
            lines[file] = tuple(loaded.compiled.sources.get(file, "").splitlines())
        return lines[file]

    main = shelf.display(loaded.path)

    def shorten(file: str) -> str:
        if file == str(loaded.path):
            return main
        if (loaded.path.parent / file).is_file():
            return (Path(main).parent / file).as_posix()
        return f"lastput/{file}" if modelled(file) else file

    def modelled(file: str) -> bool:
        return not (loaded.path.parent / file).is_file() and (KERNEL / file).is_file()

    return Context(
        file=main,
        question=loaded.compiled.header.question,
        options=loaded.flags,
        sources=sources,
        shorten=shorten,
        modelled=modelled,
    )
