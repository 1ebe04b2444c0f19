"""What a rule said of single places, kept until what it looked at changes.

After an edit the places of all other files need no second look. An answer is kept under the ids of what was
judged: a file that changes gets new ids, and so do its functions, and no id is ever used again. What a
judgement learns of functions of other files it asks ``Consumers``; these questions are kept with the
answer, and it counts only if they are answered as before.
"""

from __future__ import annotations

__all__ = ["Memo"]

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from types import TracebackType

import msgspec

from lastput.audit.version import shared_sources
from lastput.effects.own.fates import Consumers, Question
from lastput.facts.base import Facts
from lastput.schema.finding import Finding


class _Answer(msgspec.Struct, array_like=True):
    asked: list[tuple[Question, str]]
    findings: list[Finding]


_DECODER = msgspec.msgpack.Decoder(dict[bytes, _Answer])


class Memo:
    """The answers of the rule whose code is ``code`` and whose module is ``file``; they are written when the
    context is left without an exception. A folder that cannot be written costs the memory, and nothing else.
    """

    def __init__(self, facts: Facts, code: str, file: str) -> None:
        self._consumers = facts.once(Consumers)
        source = hashlib.sha256(Path(file).read_bytes()).hexdigest()
        self._prefix = f"memo-{code}-"

        def name(token: str) -> str:
            whole = f"{token}\0{shared_sources()}\0{source}"
            return self._prefix + hashlib.sha256(whole.encode()).hexdigest()[:32]

        self._folder = facts.database.with_suffix("")
        self._name = name(facts.token)
        original = facts.copied_from
        self._original = original[1] / name(original[0]) if original is not None else None
        self._known: dict[bytes, _Answer] = {}
        self._kept: dict[bytes, _Answer] = {}
        self._changed = False

    def __enter__(self) -> Memo:
        for file in (self._folder / self._name, self._original):
            try:
                self._known = _DECODER.decode(file.read_bytes()) if file is not None else {}
            except (OSError, msgspec.DecodeError):
                continue
            break
        self._changed = not self._known
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None and (self._changed or len(self._kept) != len(self._known)):
            self._save()

    def ask(self, place: object, judge: Callable[[], Iterable[Finding]]) -> list[Finding]:
        """What ``judge`` says. ``place`` has the ids of all files or functions that it reads, and all else
        that its answer depends on; what becomes of references elsewhere is taken care of here."""
        key = hashlib.blake2b(msgspec.msgpack.encode(place), digest_size=16).digest()
        known = self._known.get(key)
        if known is None or any(self._consumers.answer(asked) != answer for asked, answer in known.asked):
            with self._consumers.recorded() as asked:
                known = _Answer([], list(judge()))
            known.asked = list(asked.items())
            self._changed = True
        self._kept[key] = known
        return known.findings

    def _save(self) -> None:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(prefix=".memo", dir=self._folder)
        except OSError:
            return
        try:
            with os.fdopen(handle, "wb") as out:
                out.write(msgspec.msgpack.encode(self._kept))
            for old in self._folder.glob(f"{self._prefix}*"):
                old.unlink(missing_ok=True)
            Path(temporary).replace(self._folder / self._name)
        except OSError:
            Path(temporary).unlink(missing_ok=True)
