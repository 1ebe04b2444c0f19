"""Text to tokens: one compiled regular expression, exact places, no errors.

A character that C does not know becomes a token of kind ``bad``, which is refused by whoever parses
it: what stands in a part of a kernel file that nobody reads does not matter.
"""

from __future__ import annotations

__all__ = ["NO_HIDE", "Token", "lex"]

import re

import msgspec

from lastput.errors import Place

NO_HIDE: frozenset[str] = frozenset()


class Token(msgspec.Struct, frozen=True, gc=False):
    """One token.

    ``kind`` is ``ident`` (keywords too), ``number``, ``string``, ``char``, ``punct``, ``bad`` (a
    character that is no C; ``text`` is it), ``refused`` (``text`` is a sentence: the preprocessor could
    not expand what stood here) or ``end`` (after the last token, made by the parser).
    ``space``: white space or a newline stands before it. ``first``: it is the first of its line.
    ``hide``: the macros that it may no longer be expanded as.
    """

    kind: str
    text: str
    file: str
    line: int
    column: int
    space: bool = False
    first: bool = False
    hide: frozenset[str] = NO_HIDE

    @property
    def place(self) -> Place:
        return Place(self.file, self.line, self.column)


# Every position matches one alternative (the last ones take any character and the end), so that no
# character is passed over. Repetitions are possessive or atomic: no backtracking on damaged text. Groups are
# atomic, since Python before 3.11.5 repeats a possessive group wrongly (python/cpython#106052).
_TOKEN = re.compile(
    r"""[ \t\r\f\v]*+(?:
      ((?!(?:u8|[LuU])["'])[A-Za-z_$][A-Za-z0-9_$]*+)                     # 1 identifier
    | ([();,{}\[\]~?:]                                                    # 2 punctuation
       | (?:->|\+\+|--|<<=?|>>=?|&&|\|\||\.\.\.|\#\#)
       | [-+*%&|^!=<>]=?
       | /(?![/*])=?
       | \.(?![0-9])
       | \#)
    | (\n++)                                                              # 3 newlines
    | (/\*(?>(?:[^*]++|\*(?!/))*)\*/ | //(?>(?:[^\\\n]++|\\[ \t\r]*+\n|\\)*)) # 4 comment
    | (\.?[0-9](?>(?:[eEpP][-+]|[A-Za-z0-9_.])*))                            # 5 number
    | ((?:u8|[LuU])?"(?>(?:[^"\\\n]++|\\.)*)")                               # 6 string
    | ((?:u8|[LuU])?'(?>(?:[^'\\\n]++|\\.)+)')                               # 7 character
    | (\\[ \t\r]*+\n)                                                     # 8 continued line
    | (/\*.*+)                                                            # 9 comment without end
    | (\Z)                                                                # 10 end
    | (.)                                                                 # 11 anything else
    )""",
    re.VERBOSE | re.DOTALL,
)

_KINDS = ("", "ident", "punct", "", "", "number", "string", "char", "", "bad", "", "bad")
_IDENT, _PUNCT, _NEWLINE, _COMMENT, _SPLICE, _OPEN_COMMENT, _END = 1, 2, 3, 4, 8, 9, 10
_HAS_LINES = frozenset((_COMMENT, 6, 7, _SPLICE, _OPEN_COMMENT))


def lex(text: str, file: str) -> list[Token]:
    """The tokens of ``text``; lines and columns count from 1, a tab is one column."""
    tokens: list[Token] = []
    append = tokens.append
    line = 1
    base = -1  # column of position p is p - base
    space = False
    first = True
    for match in _TOKEN.finditer(text):
        group = match.lastindex or _END
        start = match.start(group)
        if group <= _PUNCT:
            append(
                Token(
                    "ident" if group == _IDENT else "punct",
                    match[group],
                    file,
                    line,
                    start - base,
                    space or start != match.start(),
                    first,
                )
            )
            space = first = False
            continue
        if group == _NEWLINE:
            end = match.end()
            line += end - start
            base = end - 1
            space = first = True
            continue
        if group == _END:
            break
        word = match[group]
        kind = _KINDS[group]
        if kind:
            shown = "/*" if group == _OPEN_COMMENT else word
            append(Token(kind, shown, file, line, start - base, space or start != match.start(), first))
            space = first = False
        else:
            space = True
        if group in _HAS_LINES and "\n" in word:
            line += word.count("\n")
            base = start + word.rindex("\n")
    return tokens
