"""Proofs that are kept beside the fact base: asked again about the same files, nothing runs.

An answer belongs to the claim, the bounds and the sources of lastput that made it, and to what was read for
it: the files whose functions were taken, the headers beside them, and those that all share.
"""

from __future__ import annotations

__all__ = ["Answers"]

import contextlib
import functools
import hashlib
import os
import tempfile
from pathlib import Path

import msgspec

import lastput
from lastput.facts.base import Facts
from lastput.schema.finding import Finding
from lastput.schema.proof import Limits, Proof

_SOURCES = ("c", "check", "engine", "facts", "kernel", "model", "prove", "schema")
_SHARED = ("include/*", "arch/x86/include/*")


class _Answer(msgspec.Struct, frozen=True):
    """A proof, what was asked, and the state of the files that were read for it."""

    asked: str
    state: str
    proof: Proof


_READ = msgspec.msgpack.Decoder(_Answer)


class Answers:
    """Those of one tree, one file for each finding in ``folder``. A folder that cannot be written costs the
    answers, and nothing else."""

    def __init__(self, folder: Path, facts: Facts) -> None:
        self.folder = folder
        self.facts = facts

    def known(self, finding: Finding, limits: Limits) -> Proof | None:
        """The proof of the finding, if nothing that it hangs on has changed."""
        try:
            answer = _READ.decode(self._file(finding).read_bytes())
        except (OSError, msgspec.DecodeError):
            return None
        same = answer.asked == _asked(finding, limits) and answer.state == self._state(answer.proof)
        return answer.proof if same else None

    def keep(self, finding: Finding, limits: Limits, proof: Proof) -> None:
        """Put it there, in place of an older one."""
        answer = _Answer(_asked(finding, limits), self._state(proof), proof)
        with contextlib.suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(prefix=".proved", dir=self.folder)
            try:
                with os.fdopen(handle, "wb") as out:
                    out.write(msgspec.msgpack.encode(answer))
                Path(temporary).replace(self._file(finding))
            except OSError:
                Path(temporary).unlink(missing_ok=True)

    def _file(self, finding: Finding) -> Path:
        return self.folder / f"proved-{finding.code}-{finding.fingerprint}"

    def _state(self, proof: Proof) -> str:
        """A digest of what was read for a proof, as the tree has it now."""
        digest = hashlib.sha256(self._headers.encode())
        for path in sorted(proof.files):
            beside = f"{path.rpartition('/')[0]}/*.h"
            rows = self.facts.sql(
                "SELECT path, hash FROM files WHERE path = ? OR path GLOB ? ORDER BY path", path, beside
            )
            for name, content in rows:
                digest.update(f"{name}\0".encode() + bytes(content))
        return digest.hexdigest()

    @functools.cached_property
    def _headers(self) -> str:
        digest = hashlib.sha256()
        for pattern in _SHARED:
            rows = self.facts.sql("SELECT path, hash FROM files WHERE path GLOB ? ORDER BY path", pattern)
            for name, content in rows:
                digest.update(f"{name}\0".encode() + bytes(content))
        return digest.hexdigest()


def _asked(finding: Finding, limits: Limits) -> str:
    digest = hashlib.sha256(_sources().encode())
    digest.update(msgspec.json.encode((finding.claim, finding.where, finding.message, limits)))
    return digest.hexdigest()


@functools.cache
def _sources() -> str:
    """A digest of the sources that make a proof."""
    package = Path(lastput.__file__).parent
    digest = hashlib.sha256(lastput.__version__.encode())
    for part in _SOURCES:
        for path in sorted((package / part).rglob("*")):
            if path.suffix in (".py", ".toml", ".c", ".h"):
                digest.update(path.read_bytes())
    return digest.hexdigest()
