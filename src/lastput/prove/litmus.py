"""Writes a harness down as a litmus test that a kernel developer can read, run and edit."""

from __future__ import annotations

__all__ = ["written"]

import textwrap
from collections.abc import Iterable

from lastput.prove.harness import Harness, Taken

_WIDTH = 100


def written(harness: Harness) -> str:
    """The text of the test. The same harness gives the same bytes."""
    parts = [
        "// SPDX-License-Identifier: GPL-2.0-or-later",
        _header(harness),
        "#include <lastput.h>",
        *_pools(harness),
    ]
    if harness.models:
        parts.append(harness.models.rstrip())
    if harness.module:
        parts.append(f"MODULE({harness.module});")
    parts += [_source(one) for one in harness.taken]
    parts.append("MODULE(vmlinux);")
    if harness.any:
        names = textwrap.wrap(", ".join(harness.any), _WIDTH - 8)
        parts.append("\n".join(["ASSUME_ANY(", *(f"\t{line}" for line in names)]) + ");")
    if harness.objects:
        parts.append("\n".join(harness.objects))
    if harness.boot:
        parts.append(_block("BOOT(heap)", harness.boot))
    parts += _threads(harness)
    return "\n\n".join(parts) + "\n"


def _header(harness: Harness) -> str:
    results = ", ".join(harness.results) or "safe"
    lines = [f"Result: {results}", "", *_filled(harness.question)]
    for paragraph in harness.about:
        lines += ["", *_filled(paragraph)]
    body = "\n".join(f" * {line}".rstrip() for line in lines)
    return f"/*\n{body}\n *\n * Options: define CONFIG_FAIL_FUNCTION=1\n */"


def _filled(text: str) -> list[str]:
    return textwrap.wrap(text, _WIDTH - 3, break_long_words=False, break_on_hyphens=False) or [""]


def _pools(harness: Harness) -> list[str]:
    lines = [f"POOL(struct {tag}, {count});" for tag, count in harness.pools]
    lines += [f"POOL_MAY_LEAK(struct {tag});\t/* made by this test */" for tag in harness.may_leak]
    return ["\n".join(lines)] if lines else []


def _source(taken: Taken) -> str:
    why = [f"/* {name}(): {reason} */" for name, reason in taken.functions]
    names = textwrap.wrap(", ".join(taken.names), _WIDTH - 8)
    return "\n".join([*why, f'SOURCE("{taken.path}",', *(f"\t{line}" for line in names)]) + ");"


def _threads(harness: Harness) -> list[str]:
    """The threads; the first one sets up what the others wait for."""
    first, *others = harness.threads
    if not others or not harness.setup:
        return [_block(f"THREAD({one.name})", (*harness.setup, *one.lines)) for one in harness.threads]
    go, wait = "atomic { lastput_ready = 1; }", "atomic { wait_until(lastput_ready); }"
    return [
        "static int lastput_ready;",
        _block(f"THREAD({first.name})", (*harness.setup, go, "", *first.lines)),
        *(_block(f"THREAD({one.name})", (wait, "", *one.lines)) for one in others),
    ]


def _block(head: str, lines: Iterable[str]) -> str:
    return "\n".join([head, "{", *(f"\t{line}" if line else "" for line in lines), "}"])
