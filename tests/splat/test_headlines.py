"""Every headline of ``headlines.tsv`` opens a report of its kind, however deep in a log it stands."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from lastput.splat import kinds
from lastput.splat.reader import read

_TABLE = Path(__file__).parent / "headlines.tsv"
_LINES = [tuple(line.split("\t")) for line in _TABLE.read_text().splitlines()]
_BORING = b"[  100.000000] usb 1-1: new high-speed USB device number 4 using xhci_hcd\n" * 3000


@pytest.mark.parametrize(("kind", "line"), _LINES)
def test_a_needle_lets_it_through(kind: str, line: str) -> None:
    found = kinds.find_head(line)
    assert found is not None and found[0].name == kind
    assert kinds.may_be_head(line)
    body = "".join(f"[  100.000001]  {name}+0x1/0x20\n" for name in ("foo_get", "foo_ioctl"))
    text = f"[  100.000001] {line}\n[  100.000001] Call Trace:\n{body}".encode()
    assert [one.kind for one in read(io.BytesIO(_BORING + text + _BORING)).reports] == [kind]


def test_every_pattern_has_its_line() -> None:
    """A pattern that no line of the table needs is one that nobody has seen match."""
    unused = {(kind.name, head.pattern) for kind in kinds.kinds() for head in kind.heads}
    for name, line in _LINES:
        heads = kinds.by_name()[name].heads
        unused.discard((name, next(head.pattern for head in heads if head.search(line))))
    assert not unused
