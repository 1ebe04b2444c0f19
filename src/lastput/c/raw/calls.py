"""Calls and assignments of fields in the bodies of functions, found in one pass over the scanned bytes."""

from __future__ import annotations

__all__ = ["CallRow", "StoreRow", "find_all_calls", "find_calls"]

from operator import itemgetter
from typing import NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

from lastput.c.raw.compiled import chosen
from lastput.c.raw.letters import back_over_blanks, is_word, same_word

_SPACE, _NEWLINE, _QUOTE, _TICK, _BACKSLASH = 32, 10, 34, 39, 92
_OPEN, _CLOSE, _PAREN, _UNPAREN, _BRACKET, _UNBRACKET = 123, 125, 40, 41, 91, 93
_SEMICOLON, _EQUALS, _COMMA, _DOT, _MINUS, _GREATER, _STAR, _AND = 59, 61, 44, 46, 45, 62, 42, 38
_BANG, _LESS, _UNDERSCORE, _COLON = 33, 60, 95, 58


class CallRow(NamedTuple):
    """Byte offsets of one call: ``callee:name:word_end (open ... close)``.

    ``callee`` is where the receiver begins and equals ``name`` if there is none. ``before`` and ``after``
    are the code bytes around the call, blanks aside; ``target`` is where the variable begins that the
    call's value is assigned to, -1 if it is not.
    """

    callee: int
    name: int
    word_end: int
    open: int
    close: int
    before: int
    after: int
    target: int


_OPENS = itemgetter(3)  # CallRow.open


class StoreRow(NamedTuple):
    """Byte offsets of ``target.field = value``, where the value is a name, ``&name`` or ``a.b``."""

    target: int
    field: int
    field_end: int
    value: int
    value_end: int


def find_calls(source: bytes, code: bytes, start: int, end: int) -> tuple[list[CallRow], list[StoreRow]]:
    """Calls and simple stores to fields between two offsets of a scanned file (``Scan.source`` and ``code``).

    Loop macros are among the calls; ``open`` to ``close`` hold their arguments.
    """
    room = code.count(b"(", start, end), code.count(b"=", start, end)
    calls, stores = _find_in(source, code, np.array([(start, end)], dtype=np.int64), *room)
    return calls[0], stores[0]


def find_all_calls(
    source: bytes, code: bytes, bodies: NDArray[np.int64]
) -> tuple[list[list[CallRow]], list[list[StoreRow]]]:
    """``find_calls`` for many bodies of one file, rows (start, end); a list for each body."""
    return _find_in(source, code, bodies, code.count(b"("), code.count(b"="))


def _find_in(
    source: bytes, code: bytes, bodies: NDArray[np.int64], parentheses: int, equals: int
) -> tuple[list[list[CallRow]], list[list[StoreRow]]]:
    run = chosen(_find_all, int((bodies[:, 1] - bodies[:, 0]).sum()))
    words = np.frombuffer(source, dtype=np.uint8) if run is _find_all else source
    text = np.frombuffer(code, dtype=np.uint8) if run is _find_all else code
    calls = np.zeros((parentheses + 1, 8), dtype=np.int64)
    stores = np.zeros((equals + 1, 5), dtype=np.int64)
    counts = run(words, text, bodies, calls, stores)
    call_rows = list(map(CallRow._make, calls[: counts[:, 0].sum()].tolist()))
    store_rows = list(map(StoreRow._make, stores[: counts[:, 1].sum()].tolist()))
    found_calls, found_stores = [], []
    call = store = 0
    for n_calls, n_stores in counts.tolist():
        rows = call_rows[call : call + n_calls]
        rows.sort(key=_OPENS)
        found_calls.append(rows)
        found_stores.append(store_rows[store : store + n_stores])
        call += n_calls
        store += n_stores
    return found_calls, found_stores


@numba.njit(cache=True)
def _chain_start(text: NDArray[np.uint8], word_start: int) -> int:
    """Where ``a->b[i].c`` begins, if its last word begins at ``word_start``."""
    start = word_start
    while True:
        known = start
        k = back_over_blanks(text, start)
        if k >= 0 and text[k] == _DOT:
            k -= 1
        elif k >= 1 and text[k] == _GREATER and text[k - 1] == _MINUS:
            k -= 2
        else:
            return start
        k = back_over_blanks(text, k + 1)
        # An operand: word, word[...], word(...), (...)
        while k >= 0 and (text[k] == _UNBRACKET or text[k] == _UNPAREN):
            closing = text[k]
            opening = _BRACKET if closing == _UNBRACKET else _PAREN
            depth = 0
            while k >= 0:
                if text[k] == closing:
                    depth += 1
                elif text[k] == opening:
                    depth -= 1
                    if depth == 0:
                        break
                k -= 1
            start = k
            k -= 1
            if closing == _UNPAREN and (k < 0 or not is_word(text[k])):
                break
        while k >= 0 and is_word(text[k]):
            start = k
            k -= 1
        if start <= 0 or start >= known:
            return known if start > 0 else 0


@numba.njit(cache=True)
def _no_call(text: NDArray[np.uint8], start: int, end: int) -> bool:
    """Words that stand before a parenthesis and call nothing."""
    c = text[start]
    if 48 <= c <= 57:
        return True
    if c == 105:
        return same_word(text, start, end, b"if") or same_word(text, start, end, b"int")
    if c == 102:
        return same_word(text, start, end, b"for")
    if c == 119:
        return same_word(text, start, end, b"while")
    if c == 115:
        return same_word(text, start, end, b"switch") or same_word(text, start, end, b"sizeof")
    if c == 114:
        return same_word(text, start, end, b"return")
    if c == 99:
        return same_word(text, start, end, b"case") or same_word(text, start, end, b"char")
    if c == 116:
        return same_word(text, start, end, b"typeof")
    if c == 97:
        return same_word(text, start, end, b"asm") or same_word(text, start, end, b"alignof")
    if c == 118:
        return same_word(text, start, end, b"void") or same_word(text, start, end, b"volatile")
    if c == 108:
        return same_word(text, start, end, b"long")
    if c == 100:
        return same_word(text, start, end, b"defined") or same_word(text, start, end, b"do")
    if c == 101:
        return same_word(text, start, end, b"else")
    if c == 103:
        return same_word(text, start, end, b"goto")
    if c == _UNDERSCORE:
        return (
            same_word(text, start, end, b"__typeof__")
            or same_word(text, start, end, b"__attribute__")
            or same_word(text, start, end, b"__alignof__")
            or same_word(text, start, end, b"__asm__")
            or same_word(text, start, end, b"__volatile__")
            or same_word(text, start, end, b"__typeof")
        )
    return False


@numba.njit(cache=True, nogil=True)
def _find(
    words: NDArray[np.uint8],
    text: NDArray[np.uint8],
    begin: int,
    end: int,
    calls: NDArray[np.int64],
    stores: NDArray[np.int64],
) -> tuple[int, int]:
    n_calls = 0
    n_stores = 0
    depth = 0
    opened = np.zeros(256, dtype=np.int64)
    row = np.zeros(256, dtype=np.int64)  # of the call that each open parenthesis belongs to
    last_close = -1  # where the last group closed
    i = begin
    while i < end:
        c = text[i]
        if c in (_QUOTE, _TICK):
            i += 1
            while i < end and text[i] != c and text[i] != _NEWLINE:
                if text[i] == _BACKSLASH:
                    i += 1
                i += 1
            i += 1
            continue
        if c == _PAREN:
            at = -1
            k = back_over_blanks(text, i)
            name = -1
            word_end = k + 1
            callee = -1
            if k >= begin and is_word(text[k]):
                name = k
                while name > begin and is_word(text[name - 1]):
                    name -= 1
                while word_end < i and is_word(words[word_end]):
                    word_end += 1  # a loop macro, which reads "while" in the code
                if not _no_call(words, name, word_end):
                    callee = _chain_start(text, name)
            elif k >= begin and text[k] == _UNPAREN and k == last_close and depth < 256:
                # f(x)(y) and (*p)(y)
                before_group = back_over_blanks(text, opened[depth])
                inner = opened[depth] + 1
                if text[inner] == _STAR:
                    callee = opened[depth]
                    name = callee
                elif row[depth] >= 0 and before_group >= 0 and is_word(text[before_group]):
                    callee = calls[row[depth], 0]
                    name = callee
            if callee >= begin:
                at = n_calls
                p = back_over_blanks(text, callee)
                calls[at, 0] = callee
                calls[at, 1] = name
                calls[at, 2] = word_end
                calls[at, 3] = i
                calls[at, 4] = -1
                calls[at, 5] = text[p] if p >= 0 else 0
                calls[at, 7] = -1
                if p >= 2 and text[p] == _EQUALS:
                    q = text[p - 1]
                    if q not in (_EQUALS, _BANG, _LESS, _GREATER):
                        stop = back_over_blanks(text, p) + 1
                        first = stop
                        while first > begin and is_word(text[first - 1]):
                            first -= 1
                        if first < stop:
                            calls[at, 7] = _chain_start(text, first)
                        elif stop > begin and text[stop - 1] == _UNBRACKET:
                            while first > begin and text[first] != _BRACKET:
                                first -= 1
                            while first > begin and is_word(text[first - 1]):
                                first -= 1
                            calls[at, 7] = _chain_start(text, first)
                elif p >= 5 and text[p] == 110 and same_word(text, p - 5, p + 1, b"return"):
                    calls[at, 5] = 114
                elif (
                    p >= 0
                    and is_word(text[p])
                    and not (
                        (text[p] == 101 and same_word(text, p - 3, p + 1, b"else"))
                        or (text[p] == 111 and same_word(text, p - 1, p + 1, b"do"))
                    )
                ):
                    # int f(int): a declaration, or a macro's words
                    at = -1
                if at >= 0:
                    n_calls += 1
            if depth < 256:
                opened[depth] = i
                row[depth] = at
            depth += 1
        elif c == _UNPAREN:
            if depth > 0:
                depth -= 1
                last_close = i
                if depth < 256 and row[depth] >= 0:
                    calls[row[depth], 4] = i
                    k = i + 1
                    while k < end and text[k] <= _SPACE:
                        k += 1
                    calls[row[depth], 6] = text[k] if k < end else 0
        elif c == _EQUALS:
            q = text[i - 1]
            following = text[i + 1] if i + 1 < end else 0
            if following == _EQUALS:
                i += 2
                continue
            if is_word(q) or q <= _SPACE:
                stop = back_over_blanks(text, i) + 1
                first = stop
                while first > begin and is_word(text[first - 1]):
                    first -= 1
                p = back_over_blanks(text, first)
                if (
                    first < stop
                    and p > begin
                    and (
                        (text[p] == _DOT and is_word(text[back_over_blanks(text, p)]))
                        or (text[p] == _GREATER and text[p - 1] == _MINUS)
                        or (text[p] == _DOT and text[p - 1] == _UNBRACKET)
                        or (text[p] == _DOT and text[p - 1] == _UNPAREN)
                    )
                ):
                    v = i + 1
                    while v < end and text[v] <= _SPACE:
                        v += 1
                    w = v
                    if w < end and text[w] == _AND:
                        w += 1
                    if w < end and is_word(text[w]) and not 48 <= text[w] <= 57:
                        while w < end and (
                            is_word(text[w])
                            or text[w] == _DOT
                            or (text[w] == _MINUS and text[w + 1] == _GREATER)
                            or (text[w] == _GREATER and text[w - 1] == _MINUS)
                        ):
                            w += 1
                        e = w
                        while e < end and text[e] <= _SPACE:
                            e += 1
                        if e < end and (text[e] == _SEMICOLON or text[e] == _COMMA or text[e] == _UNPAREN):
                            stores[n_stores, 0] = _chain_start(text, first)
                            stores[n_stores, 1] = first
                            stores[n_stores, 2] = stop
                            stores[n_stores, 3] = v
                            stores[n_stores, 4] = w
                            n_stores += 1
        i += 1
    kept = 0
    for k in range(n_calls):
        if calls[k, 4] >= 0:
            for j in range(8):
                calls[kept, j] = calls[k, j]
            kept += 1
    return kept, n_stores


@numba.njit(cache=True, nogil=True)
def _find_all(
    words: NDArray[np.uint8],
    text: NDArray[np.uint8],
    bodies: NDArray[np.int64],
    calls: NDArray[np.int64],
    stores: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Fill ``calls`` and ``stores`` for all bodies; how many of each belong to each body."""
    counts = np.zeros((len(bodies), 2), dtype=np.int64)
    call = 0
    store = 0
    for body in range(len(bodies)):
        n_calls, n_stores = _find(words, text, bodies[body, 0], bodies[body, 1], calls[call:], stores[store:])
        counts[body, 0] = n_calls
        counts[body, 1] = n_stores
        call += n_calls
        store += n_stores
    return counts
