"""The claims of the mail: litmus/kvm/claims.toml and the headers of the tests speak of the same ones."""

from __future__ import annotations

import tomllib
from pathlib import Path

from lastput.model.header import read_header

_KVM = Path(__file__).parent.parent.parent / "litmus" / "kvm"


def _claims() -> dict[str, dict[str, str]]:
    return tomllib.loads((_KVM / "claims.toml").read_text())


def _tests() -> dict[str, list[str]]:
    named: dict[str, list[str]] = {}
    for path in sorted(_KVM.glob("*.c")):
        for claim in read_header(path.read_text(), path.name).claims:
            named.setdefault(claim, []).append(path.name)
    return named


def test_each_claim_is_complete() -> None:
    claims = _claims()
    assert list(claims) == [f"C{n}" for n in range(1, 29)]
    for name, claim in claims.items():
        assert set(claim) == {"says", "verdict", "because"}, name
        assert claim["verdict"] in ("CONFIRM", "REFUTE", "BOTH", "OPEN"), name


def test_each_claim_is_decided_by_a_test_unless_open() -> None:
    tests = _tests()
    decided = [name for name, claim in _claims().items() if claim["verdict"] != "OPEN"]
    assert sorted(tests) == sorted(decided)
