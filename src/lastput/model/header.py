"""The first comment of a litmus file: expected result, question, claims, options."""

from __future__ import annotations

__all__ = ["Expected", "Header", "read_header"]

import difflib
import re
from collections.abc import Iterator

import msgspec

from lastput.engine.program import ErrorClass
from lastput.errors import LastputError, Place

_SLUGS = {e.slug for e in ErrorClass if e}
_FIELD = re.compile(r"(Result(?:\s*\([^)]*\))?|Claims|Stage|Options):\s*(.*)")
_FIELDS = ("Result", "Claims", "Stage", "Options")
_ALMOST = re.compile(r"(\w+)(?:\s*\([^)]*\))?\s*:(?:\s|$)")
_RELEASES = re.compile(r"Result\s*\(\s*(\d+\.\d+(?:\.\d+)?(?:\s*,\s*\d+\.\d+(?:\.\d+)?)*)\s*\)")


class Expected(msgspec.Struct, frozen=True):
    """One expected error class, and the object that the finding must name ("" for any)."""

    error: str
    object: str = ""


class Header(msgspec.Struct, frozen=True):
    """``expected`` is None without a Result: line, empty for ``safe``. ``options`` are the raw words.

    ``by_release`` holds the lines ``Result (6.1): ...``: what a test that reads a kernel tree gives on
    trees of that release, where it is not ``expected``.
    """

    expected: tuple[Expected, ...] | None = None
    by_release: tuple[tuple[str, tuple[Expected, ...]], ...] = ()
    question: str = ""
    text: str = ""
    claims: tuple[str, ...] = ()
    stage: str = ""
    options: tuple[str, ...] = ()
    needs_tree: bool = False

    def expected_on(self, release: str) -> tuple[Expected, ...] | None:
        """What is expected on a tree of ``release``, such as "6.1"; "" if that is not known."""
        return next((found for name, found in self.by_release if name == release), self.expected)


def read_header(text: str, file: str) -> Header:
    """The header of a litmus file. Raises LastputError for a result that is none."""
    match = re.match(r"\s*(?://[^\n]*\n\s*)*/\*(.*?)\*/", text, re.DOTALL)
    needs_tree = re.search(r"^\s*SOURCE\s*\(", text, re.MULTILINE) is not None
    if match is None:
        return Header(needs_tree=needs_tree)
    fields: dict[str, str] = {}
    prose: list[str] = []
    for raw in match.group(1).splitlines():
        line = raw.strip().removeprefix("*").strip()
        found = _FIELD.match(line)
        if found:
            fields[found.group(1)] = f"{fields.get(found.group(1), '')} {found.group(2)}".strip()
        else:
            _check_spelling(line, file)
            prose.append(line)
    body = "\n".join(prose).strip()
    question = re.match(r"(.*?\?)(\s|$)", body, re.DOTALL)
    return Header(
        expected=_expected(fields["Result"], file) if "Result" in fields else None,
        by_release=tuple(_by_release(fields, file)),
        question=" ".join(question.group(1).split()) if question else "",
        text=body,
        claims=tuple(fields.get("Claims", "").replace(",", " ").split()),
        stage=fields.get("Stage", ""),
        options=tuple(_option_words(fields.get("Options", ""))),
        needs_tree=needs_tree,
    )


def _check_spelling(line: str, file: str) -> None:
    """A line that is almost a field is one: ``Reslut: leak`` would else be a test that expects nothing."""
    word = _ALMOST.match(line)
    near = difflib.get_close_matches(word[1].capitalize(), _FIELDS, 1, 0.7) if word is not None else []
    if word is not None and near:
        raise LastputError(
            "header-line",
            f"'{word[1]}:' is no line of a header",
            f"did you mean '{near[0]}:'?",
            Place(file),
        )


def _by_release(fields: dict[str, str], file: str) -> Iterator[tuple[str, tuple[Expected, ...]]]:
    for name, text in fields.items():
        if not name.startswith("Result") or name == "Result":
            continue
        releases = _RELEASES.fullmatch(name)
        if releases is None:
            raise LastputError(
                "result-line",
                f"'{name}' names no release",
                "write the release of a tree, as in 'Result (6.1): safe'",
                Place(file),
            )
        for release in releases.group(1).split(","):
            yield release.strip(), _expected(text, file)


def _option_words(text: str) -> list[str]:
    words: list[str] = []
    for word in text.split():
        if words and words[-1] == "define":
            words[-1] = f"define {word}"
        else:
            words.append(word)
    return words


def _expected(text: str, file: str) -> tuple[Expected, ...]:
    if text.strip().lower() == "safe":
        return ()
    found: list[Expected] = []
    for part in re.findall(r"([a-z-]+)\s*(?:\(([^)]*)\))?", text):
        if part[0] not in _SLUGS:
            raise LastputError(
                "result-line",
                f"'{part[0]}' is no result",
                f"write 'safe' or error classes out of: {', '.join(sorted(_SLUGS))}",
                Place(file),
            )
        found.append(Expected(part[0], part[1].strip()))
    return tuple(found)
