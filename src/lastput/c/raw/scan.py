"""One fast pass over a file: comments and directives out, the file cut into its top-level items.

Nothing is preprocessed. Both arms of ``#if`` are read; where the arms of one ``#if`` leave a different
number of braces open, the depth after ``#else`` starts again from what it was at the ``#if``.
"""

from __future__ import annotations

__all__ = ["DECLARATION", "FUNCTION", "INITIALISER", "RECORD", "Scan", "scan"]

import numba
import numpy as np
from numpy.typing import NDArray

from lastput.c.raw.compiled import chosen
from lastput.c.raw.letters import is_word, same_word

#: Kinds of items: ``...;`` without a block, a function, ``... = {...};``, a struct, union or enum.
DECLARATION, FUNCTION, INITIALISER, RECORD = 0, 1, 2, 3

_SPACE, _NEWLINE, _HASH, _SLASH, _STAR = 32, 10, 35, 47, 42
_QUOTE, _TICK, _BACKSLASH = 34, 39, 92
_OPEN, _CLOSE, _PAREN, _UNPAREN, _SEMICOLON, _EQUALS = 123, 125, 40, 41, 59, 61
_TAB, _RETURN, _COMMA, _COLON, _UNDERSCORE = 9, 13, 44, 58, 95


class Scan:
    """What the pass found in ``source`` (bytes of one file).

    ``code`` is as long as ``source``: comments and directives are blanks in it, a macro that begins a
    statement and is followed by one (``list_for_each_entry(...) {``) is spelled ``while``, and a type among
    the arguments of a macro (``container_of(p, struct x, m)``) is a made-up name.
    ``items``: rows (kind, start, body start, body end, end) as byte offsets; the body of an item is its
    ``{...}`` with both braces, empty for a DECLARATION.
    ``directives``: rows (start, end, brace depth, parenthesis depth, last code byte before it).
    ``loops``: rows (start, end) of loop macros, which read ``while`` in ``code``.
    ``balanced``: whether every brace found its partner.
    """

    __slots__ = ("balanced", "code", "directives", "items", "loops", "source")

    def __init__(
        self,
        source: bytes,
        code: bytes,
        items: NDArray[np.int64],
        directives: NDArray[np.int64],
        loops: NDArray[np.int64],
        balanced: bool,
    ) -> None:
        self.source = source
        self.code = code
        self.items = items
        self.directives = directives
        self.loops = loops
        self.balanced = balanced


def scan(source: bytes) -> Scan:
    """Scan one file; any bytes will do."""
    run = chosen(_scan, len(source))
    text = np.frombuffer(source, dtype=np.uint8) if run is _scan else source
    lines = source.count(b"\n") + 2
    code = bytearray(source)
    view = np.frombuffer(code, dtype=np.uint8) if run is _scan else code
    items = np.zeros((source.count(b";") + source.count(b"}") + 2, 5), dtype=np.int64)
    directives = np.zeros((lines, 5), dtype=np.int64)
    rewrites = np.zeros((source.count(b")") + 1, 2), dtype=np.int64)
    n_items, n_directives, n_rewrites, depth = run(text, view, items, directives, rewrites, False)
    balanced = bool(depth == 0)
    if not balanced:
        # A brace went astray; a closing brace in column 0 ends an item whatever is still open.
        code[:] = source
        n_items, n_directives, n_rewrites, depth = run(text, view, items, directives, rewrites, True)
    return Scan(
        source, bytes(code), items[:n_items], directives[:n_directives], rewrites[:n_rewrites], balanced
    )


@numba.njit(cache=True)
def _word_before(code: NDArray[np.uint8], position: int) -> tuple[int, int]:
    """The word that ends just before ``position``, blanks aside."""
    end = position
    while end > 0 and code[end - 1] <= _SPACE:
        end -= 1
    start = end
    while start > 0 and is_word(code[start - 1]):
        start -= 1
    return start, end


@numba.njit(cache=True)
def _is_keyword(code: NDArray[np.uint8], start: int, end: int) -> bool:
    """Words that stand before a group and are no loop macro."""
    if code[start] == _UNDERSCORE and code[start + 1] == _UNDERSCORE:
        # __typeof__(x) y, __attribute__((...)) x; but __for_each_thing(...) {
        k = start
        while k + 4 < end:
            if code[k] == 102 and code[k + 1] == 111 and code[k + 2] == 114 and code[k + 3] == _UNDERSCORE:
                return False
            k += 1
        return True
    return (
        same_word(code, start, end, b"if")
        or same_word(code, start, end, b"for")
        or same_word(code, start, end, b"while")
        or same_word(code, start, end, b"switch")
        or same_word(code, start, end, b"typeof")
        or same_word(code, start, end, b"typeof_unqual")
        or same_word(code, start, end, b"return")
        or same_word(code, start, end, b"sizeof")
        or same_word(code, start, end, b"asm")
        or same_word(code, start, end, b"volatile")
    )


@numba.njit(cache=True)
def _begins_statement(code: NDArray[np.uint8], start: int) -> bool:
    k = start - 1
    while k > 0 and code[k] <= _SPACE:
        k -= 1
    c = code[k]
    if c in (_SEMICOLON, _OPEN, _CLOSE, _UNPAREN, _COLON):
        return True
    first, end = _word_before(code, start)
    return same_word(code, first, end, b"else") or same_word(code, first, end, b"do")


@numba.njit(cache=True)
def _make_loop(code: NDArray[np.uint8], start: int, end: int) -> None:
    """Spell the word ``while``, or ``if`` where it is too short for that."""
    word = b"while" if end - start >= 5 else b"if   "
    for k in range(start, end):
        code[k] = word[k - start] if k - start < 5 else _SPACE


@numba.njit(cache=True)
def _is_type_word(text: NDArray[np.uint8], start: int, end: int) -> bool:
    c = text[start]
    if c == 115:
        return (
            same_word(text, start, end, b"struct")
            or same_word(text, start, end, b"short")
            or same_word(text, start, end, b"signed")
        )
    if c == 117:
        return same_word(text, start, end, b"unsigned") or same_word(text, start, end, b"union")
    if c == 99:
        return same_word(text, start, end, b"const") or same_word(text, start, end, b"char")
    return (
        same_word(text, start, end, b"int")
        or same_word(text, start, end, b"long")
        or same_word(text, start, end, b"enum")
        or same_word(text, start, end, b"void")
        or same_word(text, start, end, b"double")
        or same_word(text, start, end, b"volatile")
    )


@numba.njit(cache=True)
def _make_name(text: NDArray[np.uint8], code: NDArray[np.uint8], before: int) -> None:
    """If a type fills the argument after ``before`` (a parenthesis or comma), spell it as a name.

    A cast ``(struct x *)`` stays: no comma stands on either side of it, and no word before it.
    """
    n = len(text)
    first = before + 1
    while first < n and text[first] <= _SPACE:
        first += 1
    end = first
    while end < n and is_word(text[end]):
        end += 1
    if end == first or not _is_type_word(text, first, end):
        return
    end = first
    k = first
    while k < n and (text[k] <= _SPACE or text[k] == _STAR or is_word(text[k])):
        if text[k] > _SPACE:
            end = k + 1
        k += 1
    if k >= n or not (text[k] == _COMMA or text[k] == _UNPAREN):
        return
    if text[before] == _PAREN and text[k] == _UNPAREN:
        start, stop = _word_before(code, before)
        if start == stop or same_word(text, start, stop, b"sizeof") or _is_keyword(text, start, stop):
            return
    for j in range(first, end):
        if not is_word(text[j]):
            code[j] = _UNDERSCORE
    code[end - 1] = _UNDERSCORE  # "int" alone would still be a type
    if text[first] == 105 or text[first] == 118 or text[first] == 99:
        code[first] = _UNDERSCORE


@numba.njit(cache=True, nogil=True)
def _scan(
    text: NDArray[np.uint8],
    code: NDArray[np.uint8],
    items: NDArray[np.int64],
    directives: NDArray[np.int64],
    rewrites: NDArray[np.int64],
    resync: bool,
) -> tuple[int, int, int, int]:
    n = len(text)
    n_items = 0
    n_directives = 0
    depth = 0
    paren = 0
    start = -1  # of the item under way
    body = -1
    kind = DECLARATION
    equals = False
    grouped = False  # a parenthesis stood in the head
    last = 0  # the last byte of code
    fresh = True  # nothing but blanks so far on this line
    arms = np.zeros((256, 2), dtype=np.int64)  # depths at each open #if
    open_arms = 0
    opened = np.zeros(64, dtype=np.int64)  # where each open parenthesis stands
    group = -1  # the parenthesis that opened the last closed group
    n_rewrites = 0
    i = 0
    while i < n:
        c = text[i]
        if c == _NEWLINE:
            fresh = True
            i += 1
            continue
        if c in (_SPACE, _TAB, _RETURN):
            i += 1
            continue
        if c == _SLASH and i + 1 < n and text[i + 1] == _STAR:
            code[i] = _SPACE
            code[i + 1] = _SPACE
            i += 2
            while i < n:
                if text[i] == _STAR and i + 1 < n and text[i + 1] == _SLASH:
                    code[i] = _SPACE
                    code[i + 1] = _SPACE
                    i += 2
                    break
                if text[i] != _NEWLINE:
                    code[i] = _SPACE
                i += 1
            continue
        if c == _SLASH and i + 1 < n and text[i + 1] == _SLASH:
            while i < n and text[i] != _NEWLINE:
                code[i] = _SPACE
                i += 1
            continue
        if c == _HASH and fresh:
            begin = i
            # The directive, over continued lines; a comment in it may span lines too.
            while i < n:
                d = text[i]
                if d == _NEWLINE:
                    back = i - 1
                    if back >= 0 and text[back] == _RETURN:
                        back -= 1
                    if back < begin or text[back] != _BACKSLASH:
                        break
                    i += 1
                    continue
                if d == _SLASH and i + 1 < n and text[i + 1] == _STAR:
                    code[i] = _SPACE
                    i += 1
                    code[i] = _SPACE
                    i += 1
                    while i < n and not (text[i] == _STAR and i + 1 < n and text[i + 1] == _SLASH):
                        if text[i] != _NEWLINE:
                            code[i] = _SPACE
                        i += 1
                    if i < n:
                        code[i] = _SPACE
                        i += 1
                    if i < n:
                        code[i] = _SPACE
                        i += 1
                    continue
                code[i] = _SPACE
                i += 1
            directives[n_directives, 0] = begin
            directives[n_directives, 1] = i
            directives[n_directives, 2] = depth
            directives[n_directives, 3] = paren
            directives[n_directives, 4] = last
            n_directives += 1
            w = begin + 1
            while w < i and (text[w] == _SPACE or text[w] == _TAB):
                w += 1
            if w + 1 < i:
                a = text[w]
                b = text[w + 1]
                if a == 105 and b == 102:  # if, ifdef, ifndef
                    if open_arms < 256:
                        arms[open_arms, 0] = depth
                        arms[open_arms, 1] = paren
                    open_arms += 1
                elif a == 101 and b == 108:  # else, elif
                    if 0 < open_arms <= 256:
                        depth = arms[open_arms - 1, 0]
                        paren = arms[open_arms - 1, 1]
                elif a == 101 and b == 110 and open_arms > 0:  # endif
                    open_arms -= 1
            continue
        if depth > 0 and last == _UNPAREN and group >= 0 and (c == _OPEN or is_word(c)):
            # name(...) before a block or another word: a loop macro, if it begins a statement.
            word_start, word_end = _word_before(code, group)
            if (
                word_start < word_end
                and _begins_statement(code, word_start)
                and not _is_keyword(code, word_start, word_end)
            ):
                rewrites[n_rewrites, 0] = word_start
                rewrites[n_rewrites, 1] = word_end
                n_rewrites += 1
                _make_loop(code, word_start, word_end)
            group = -1
        column0 = fresh and (i == 0 or text[i - 1] == _NEWLINE)
        fresh = False
        if c in (_QUOTE, _TICK):
            if start < 0:
                start = i
            i += 1
            while i < n and text[i] != c and text[i] != _NEWLINE:
                if text[i] == _BACKSLASH and i + 1 < n:
                    i += 1
                i += 1
            if i < n and text[i] == c:
                i += 1
            last = c
            group = -1
            continue
        if start < 0 and c != _SEMICOLON and c != _CLOSE:
            start = i
            body = -1
            kind = DECLARATION
            equals = False
            grouped = False
            paren = 0
        if c == _PAREN:
            if paren < 64:
                opened[paren] = i
            paren += 1
            if depth == 0:
                grouped = True
            if depth > 0:
                _make_name(text, code, i)
        elif c == _COMMA:
            if depth > 0 and paren > 0:
                _make_name(text, code, i)
        elif c == _UNPAREN:
            if paren > 0:
                paren -= 1
                group = opened[paren] if paren < 64 else -1
        elif c == _EQUALS:
            if depth == 0 and paren == 0:
                equals = True
        elif c == _OPEN:
            if depth == 0 and paren == 0 and body < 0:
                items[n_items, 3] = 0
                body = i
                if equals:
                    kind = INITIALISER
                elif grouped:
                    kind = FUNCTION
                else:
                    kind = RECORD
            elif depth == 0 and paren > 0 and resync and column0:
                paren = 0
                body = i
                kind = FUNCTION
            depth += 1
        elif c == _CLOSE:
            if depth > 0:
                depth -= 1
            if resync and column0:
                depth = 0
                paren = 0
            if depth == 0 and start >= 0 and body >= 0 and kind == FUNCTION:
                items[n_items, 0] = kind
                items[n_items, 1] = start
                items[n_items, 2] = body
                items[n_items, 3] = i + 1
                items[n_items, 4] = i + 1
                n_items += 1
                start = -1
                paren = 0
            elif depth == 0 and start >= 0 and body >= 0:
                items[n_items, 3] = i + 1
        elif c == _SEMICOLON and depth == 0 and paren == 0 and start >= 0:
            items[n_items, 0] = kind
            items[n_items, 1] = start
            items[n_items, 2] = body if body >= 0 else i
            if body < 0 or items[n_items, 3] <= body:
                items[n_items, 3] = i
            items[n_items, 4] = i + 1
            n_items += 1
            start = -1
        last = c
        i += 1
    return n_items, n_directives, n_rewrites, depth
