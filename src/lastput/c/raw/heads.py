"""Heads of top-level items: the name, parameters and storage of a function; macros used at file scope."""

from __future__ import annotations

__all__ = [
    "FunctionHead",
    "MacroUse",
    "Parameter",
    "group",
    "macro_uses",
    "read_head",
    "split_arguments",
    "squeeze",
]

import re

import msgspec

#: A word and the parenthesis after it.
_GROUP = re.compile(r"(\w+)\s*\(")
_PAIR = re.compile(r"[()]")
#: Attributes that take arguments; what else has a parenthesis after it may be the function.
_ATTRIBUTE = re.compile(
    r"__(?:acquires?|releases|must_hold|cond_\w+|guarded_by|printf|scanf|aligned|attribute__|section|malloc"
    r"|alloc_size|no_sanitize|nonnull|assume_aligned|diag|counted_by|cleanup|nocfi|target|bpf_fastcall)$|SEC$|"
    r"__attribute$|__diag_\w+$"
)
_SYSCALL = re.compile(r"(COMPAT_)?SYSCALL(?:32)?_DEFINE\d$|SYSCALL_DEFINE\d$")
_POINTER = re.compile(r"\(\s*\*\s*(?:const\s+)?(\w+)")
_LAST_WORD = re.compile(r"(\w+)\s*(?:\[[^\]]*\]\s*)*$")


class Parameter(msgspec.Struct, frozen=True):
    """One parameter; ``type`` is the text before the name (``struct kvm *``), ``name`` may be ""."""

    type: str
    name: str


class FunctionHead(msgspec.Struct, frozen=True):
    """What stands before the body of a function.

    ``macro`` names the macro that makes the head (``SYSCALL_DEFINE2``), else "". ``section`` is "init"
    or "exit" for code that lives in those sections, else "". ``start`` is the offset in the head at which
    this function begins (macros without a semicolon may stand before it).
    """

    name: str
    static: bool
    inline: bool
    section: str
    returns: str
    parameters: tuple[Parameter, ...]
    macro: str
    start: int


class MacroUse(msgspec.Struct, frozen=True):
    """``NAME(arguments)`` at file scope; ``offset`` counts from the begin of the item."""

    name: str
    arguments: str
    offset: int
    static: bool


def squeeze(text: str) -> str:
    """``text`` on one line, blanks single."""
    return " ".join(text.split())


def group(text: str, start: int) -> str:
    """The text up to the parenthesis that closes the one before ``start``, or to the end."""
    depth = 1
    for position in range(start, len(text)):
        depth += {"(": 1, ")": -1}.get(text[position], 0)
        if depth == 0:
            return text[start:position]
    return text[start:]


def split_arguments(text: str) -> tuple[str, ...]:
    """Arguments of a call, split at the commas that no bracket or string encloses; () for none."""
    if not text or text.isspace():
        return ()
    if "(" not in text and "{" not in text and '"' not in text and "'" not in text and "[" not in text:
        return tuple(part.strip() for part in text.split(","))
    parts: list[str] = []
    depth = 0
    begin = 0
    quote = ""
    skip = False
    for position, letter in enumerate(text):
        if skip:
            skip = False
        elif quote:
            if letter == "\\":
                skip = True
            elif letter == quote:
                quote = ""
        elif letter in "\"'":
            quote = letter
        elif letter in "([{":
            depth += 1
        elif letter in ")]}":
            depth -= 1
        elif letter == "," and depth == 0:
            parts.append(text[begin:position].strip())
            begin = position + 1
    parts.append(text[begin:].strip())
    return tuple(parts)


def _groups(text: str) -> list[tuple[str, int, int, int]]:
    """Every ``word (...)`` outside of other parentheses: word, its start, the group's start and end."""
    found = []
    position = 0
    while (match := _GROUP.search(text, position)) is not None:
        opened = match.end() - 1
        # Groups without a word before them, as in "int (*f)(int)", are passed over by the search.
        depth = 0
        for pair in _PAIR.finditer(text, opened):
            depth += 1 if pair[0] == "(" else -1
            if depth == 0:
                found.append((match[1], match.start(), opened, pair.end()))
                position = pair.end()
                break
        else:
            break
    return found


def read_head(text: str) -> FunctionHead | None:
    """Read the text between two items up to ``{``; None if no function is named there."""
    groups = [one for one in _groups(text) if not _ATTRIBUTE.match(one[0])]
    if not groups:
        return None
    word, start, opened, end = groups[-1]
    before = groups[-2][3] if len(groups) > 1 else 0
    prefix = text[before:start]
    arguments = split_arguments(squeeze(text[opened + 1 : end - 1]))
    words = set(prefix.split())
    everything = prefix + text[end:]
    section = "init" if "__init" in everything else "exit" if "__exit" in everything else ""
    macro = ""
    parameters: tuple[Parameter, ...] = ()
    if _SYSCALL.match(word) and arguments:
        macro, name = word, ("__do_compat_sys_" if word.startswith("COMPAT") else "__do_sys_") + arguments[0]
        parameters = tuple(Parameter(*pair) for pair in zip(arguments[1::2], arguments[2::2], strict=False))
    elif not prefix.strip() and word.isupper() and arguments and arguments[0].isidentifier():
        macro, name = word, arguments[0]
    else:
        name = word
        if arguments != ("void",):
            parameters = tuple(_parameter(one) for one in arguments)
    lead = len(text[before:]) - len(text[before:].lstrip())
    return FunctionHead(
        name=name,
        static="static" in words,
        inline=bool(words & {"inline", "__always_inline", "__inline"}),
        section=section,
        returns=squeeze(" ".join(one for one in prefix.split() if one not in _STORAGE)),
        parameters=parameters,
        macro=macro,
        start=before + lead,
    )


_STORAGE = {"static", "inline", "extern", "__init", "__exit", "__always_inline", "noinline", "asmlinkage"}


def _parameter(text: str) -> Parameter:
    # Most are plain words and stars.
    if "(" not in text and "[" not in text:
        cut = max(text.rfind(" "), text.rfind("*")) + 1
        name = text[cut:]
        if not name.isidentifier():
            return _odd_parameter(text)
        return Parameter(text[:cut].rstrip(), name) if cut else Parameter(text, "")
    return _odd_parameter(text)


def _odd_parameter(text: str) -> Parameter:
    if (pointer := _POINTER.search(text)) is not None:
        return Parameter("function pointer", pointer[1])
    found = _LAST_WORD.search(text)
    if found is None or found.start() == 0:
        return Parameter(text, "")
    return Parameter(squeeze(text[: found.start()]), found[1])


def macro_uses(text: str) -> list[MacroUse]:
    """Macros used as file-scope items in ``text``, which ends at a semicolon or before a function.

    ``module_init(f)``, ``EXPORT_SYMBOL_GPL(g)``, ``static DEFINE_MUTEX(lock)``; a prototype is none, for
    a type stands before its name.
    """
    found = []
    before = 0
    for word, start, opened, end in _groups(text):
        lead = text[before:start].split()
        if lead in ([], ["static"], ["extern"]):
            found.append(MacroUse(word, squeeze(text[opened + 1 : end - 1]), start, lead == ["static"]))
        before = end
    return found
