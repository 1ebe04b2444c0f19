"""The README shows what really comes out. LASTPUT_ACCEPT=1 writes its example anew."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from lastput.cli.main import main

_README = Path(__file__).parent.parent / "README.md"
_EXAMPLE = re.compile(r"(```\n\$ lastput ([^\n]*)\n)(.*?)(```\n)", re.DOTALL)


def test_the_example_is_real(capsys: pytest.CaptureFixture[str]) -> None:
    text = _README.read_text()
    match = _EXAMPLE.search(text)
    assert match is not None
    main(match[2].split())
    out = capsys.readouterr().out
    shown = "".join(f"{line}\n" for line in out.splitlines())
    if os.environ.get("LASTPUT_ACCEPT"):
        _README.write_text(text[: match.start(3)] + shown + text[match.end(3) :])
    assert match[3] == shown or os.environ.get("LASTPUT_ACCEPT")


def test_every_file_that_is_named_is_there() -> None:
    for name in re.findall(r"\]\(([^)]+)\)", _README.read_text()):
        assert (_README.parent / name).exists(), name
