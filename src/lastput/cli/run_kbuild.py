"""``lastput kbuild``: one file of a build, as make calls a checker."""

from __future__ import annotations

__all__ = ["Call", "read_words", "run"]

import os
import sys
from collections.abc import Mapping
from pathlib import Path

import msgspec

from lastput.audit import suppress
from lastput.audit.config import NAME, Config, read_config
from lastput.audit.registry import all_rules, select
from lastput.audit.sources import with_sources
from lastput.audit.store import judged
from lastput.cli.tree import opener_for_file, store_of
from lastput.errors import LastputError
from lastput.schema.audit import Report
from lastput.schema.finding import Confidence, Where, at_least, reported
from lastput.show.findings import render
from lastput.show.summary import notes

_TOP = ("Kbuild", "Kconfig", "MAINTAINERS")
_LEVELS: dict[str, Confidence] = {
    "-Wlastput-high": "high",
    "-Wlastput-medium": "medium",
    "-Wlastput-low": "low",
}
_FAIL = "-Wlastput-error"


class Call(msgspec.Struct, frozen=True):
    """What make asked: ``shown`` is the file as make named it, ``path`` its place below ``root``."""

    root: Path
    path: str
    shown: str
    confidence: Confidence | None = None
    fail: bool = False


def read_words(words: list[str], environment: Mapping[str, str]) -> Call:
    """Find the file and its tree. Raises LastputError ``no-source-file`` or ``no-tree``."""
    file = words[-1] if words else ""
    if file.startswith("-") or not file.endswith((".c", ".h", ".S")):
        raise LastputError(
            "no-source-file",
            "the last argument names no C file",
            'the call is make C=1 CHECK="lastput kbuild"',
        )
    path = Path(file).absolute().resolve()
    root = _root(path, environment)
    confidence = next((_LEVELS[word] for word in reversed(words) if word in _LEVELS), None)
    return Call(root, path.relative_to(root).as_posix(), file, confidence, _FAIL in words)


def _root(path: Path, environment: Mapping[str, str]) -> Path:
    """make says where the tree (or the external module) is; else it is the directory that looks like it."""
    for name in ("KBUILD_EXTMOD", "srctree"):
        if environment.get(name):
            root = Path(environment[name]).absolute().resolve()
            if path.is_relative_to(root):
                return root
    for root in path.parents:
        if all((root / name).exists() for name in _TOP):
            return root
    raise LastputError("no-tree", f"{path} lies in no kernel tree", "call it from make, which sets srctree")


def run(words: list[str]) -> int:
    """0, whatever is found: a checker must not stop a build, unless -Wlastput-error was asked for."""
    call = read_words(words, os.environ)
    if call.path.endswith(".S"):
        return 0  # make checks assembly with the same command; there is nothing in it to judge
    open_tree = opener_for_file(call.root, call.path)
    tree = open_tree()
    config = read_config(call.root / NAME) if (call.root / NAME).is_file() else Config()
    found, broken = judged(store_of(call.root), open_tree, all_rules(), len(os.sched_getaffinity(0)))
    wanted = {rule.code for rule in select(config.audit.rules, config.audit.ignore)}
    codes = {rule.code for rule in all_rules()}
    least = call.confidence or config.audit.confidence
    here = [one for one in found if one.where.path == call.path and reported(one) and one.code in wanted]
    good, refused = suppress.comments(call.root, [call.path], codes)
    listed, _ = suppress.entries(NAME, config.safe, codes)
    stands, _, unused = suppress.apply(here, good + listed)
    told = [with_sources(tree, one) for one in stands if at_least(one, least)]
    report = Report(
        tree=str(call.root),
        findings=tuple(msgspec.structs.replace(one, where=_shown(one.where, call)) for one in told),
        unused=tuple(one for one in unused if one.covers and one.code in wanted),
        refused=tuple(refused),
        broken=broken,
    )
    sys.stderr.write(render("kbuild", report) + notes(report))
    return 1 if call.fail and (told or refused) else 2 if broken else 0


def _shown(where: Where, call: Call) -> Where:
    """The file as make named it, so that editors find it from the build directory."""
    return msgspec.structs.replace(where, path=call.shown)
