"""Every form of findings, for the same finding. LASTPUT_ACCEPT=1 writes the expected texts anew."""

from __future__ import annotations

import base64
import gzip
import json
import os
import random
import re
from pathlib import Path
from typing import Any

import msgspec
import pytest

from lastput.schema.audit import Broken, Refused, Report, RuleNote, Suppression
from lastput.schema.finding import Finding, Link, Where, fingerprint
from lastput.schema.proof import Condition, Control, Proof
from lastput.schema.severity import Severity
from lastput.schema.trace import Source
from lastput.show.findings import Options, names, render
from lastput.show.summary import notes, summary
from tests.audit.samples import finding

_BAD = Severity("high", 85, "use-after-free", "plug", reason="use-after-free; unplugging it is enough")
_GOLDEN = Path(__file__).parent / "findings"


def _finding(**more: Any) -> Finding:
    one = finding(
        sources=(
            Source("drivers/x/a.c", 5, "        if (!try_module_get(THIS_MODULE))"),
            Source("drivers/x/a.c", 12, "        module_put(THIS_MODULE);"),
            Source("drivers/x/a.c", 13, "        return 0;"),
        ),
        **more,
    )
    return finding(sources=one.sources, fingerprint=fingerprint(one), **more)


def sample_report(**more: Any) -> Report:
    doubt = _finding(where=Where("drivers/x/b,c.c", 7, 0, "bar"), depends_on=("bar() can run twice",))
    given = {
        "tree": "linux",
        "rules": (RuleNote("MOD901", "made-up", "A made-up warning."),),
        "findings": (
            _finding(severity=_BAD, area="X DRIVERS", maintainers=("Jane Roe <jane@x.example>",)),
            doubt,
        ),
        "suppressed": (
            (
                _finding(object="other"),
                Suppression("MOD901", "the core holds it", Where("drivers/x/a.c", 11), "drivers/x/a.c", 12),
            ),
        ),
        "coverage": "parsed 2 of 2 functions",
    }
    return Report(**{**given, **more})


@pytest.mark.parametrize("form", names())
def test_golden(form: str) -> None:
    text = render(form, sample_report(), Options(version="0.1"))
    if form == "html":
        data = _data(text)
        text = re.sub(r"(<(style|script)[^>]*>).*?(</\2>)", r"\1\3", text, flags=re.DOTALL)
        text += json.dumps(data, indent=1) + "\n"
    golden = _GOLDEN / f"{form}.txt"
    if os.environ.get("LASTPUT_ACCEPT"):
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(text)
    assert text == golden.read_text()


_CONFIRMED = Proof(
    fingerprint="f", code="MOD901", verdict="CONFIRMED", error="unmapped-text", states=324,
    control=Control("module_put() after line 12", "SAFE", 70),
)  # fmt: skip
_OPEN = Proof(
    fingerprint="g", code="MOD901", verdict="UNDECIDED", reason="unreached", why="never executed: 7"
)
_REFUTED = Proof(fingerprint="h", code="MOD901", verdict="REFUTED", states=12)
_IF = msgspec.structs.replace(
    _CONFIRMED,
    verdict="CONFIRMED-IF",
    conditions=(Condition("x->dead is 0", "drivers/x/a.c", 3),),
    control=None,
)


@pytest.mark.parametrize("form", ["commit", "full", "json", "kernel", "mail", "sarif"])
@pytest.mark.parametrize("proof", [_CONFIRMED, _OPEN, _REFUTED, _IF], ids=lambda one: one.verdict)
def test_a_verdict_is_in_every_form(form: str, proof: Proof) -> None:
    told = render(form, sample_report(findings=(_finding(proof=proof),)), Options(version="0.1"))
    assert proof.verdict in told
    assert all(len(line) <= 72 for line in told.splitlines() if form == "commit")


def test_a_proof_in_words() -> None:
    told = render("full", sample_report(findings=(_finding(proof=_IF),)), Options())
    assert "x->dead is 0 (drivers/x/a.c:3)" in " ".join(told.split())
    told = render("full", sample_report(findings=(_finding(proof=_CONFIRMED),)), Options())
    assert "with module_put() after line 12 none does" in " ".join(told.split())


@pytest.mark.parametrize("form", [name for name in names() if name not in ("html", "sarif")])
def test_nothing_is_nothing(form: str) -> None:
    assert render(form, Report(tree="linux")) == ""


@pytest.mark.parametrize("width", [0, 40, 56, 72])
@pytest.mark.parametrize("form", ["commit", "mail"])
def test_what_is_pasted_is_narrow_and_ascii(form: str, width: int) -> None:
    deep = tuple(Link(f"foo_{'x' * depth}", Where("drivers/x/a.c", depth + 1)) for depth in range(40))
    long = _finding(message="é" * 9, statement="x", chain=deep, where=Where("a.c", 1))
    text = render(form, sample_report(findings=(*sample_report().findings, long)), Options(width=width))
    assert text.isascii()
    prose = [line for line in text.splitlines() if not line.startswith("  lastput audit")]
    assert max(len(line) for line in prose) <= (width or 72)
    assert all(line == line.rstrip() for line in text.splitlines())


def test_a_page_has_no_markup_of_others() -> None:
    evil = "</style><script>alert(1)</script>"
    page = render("html", sample_report(findings=(_finding(message=evil, remedy=evil),), tree=evil))
    assert evil not in page
    assert page.count("<script") == 2
    assert _data(page)["cards"][0]["message"] == evil  # the script makes text of it, no markup
    assert "innerHTML" not in page
    assert not re.search(r"(src|href)=\"(?!#)|url\((?!#)|@import", page)


def _data(page: str) -> Any:
    packed = re.search(r'id="data">([^<]*)<', page)
    assert packed is not None
    return json.loads(gzip.decompress(base64.b64decode(packed[1])))


def test_a_page_of_nothing_says_so() -> None:
    assert "0 findings" in render("html", Report(tree="linux"))


def test_a_thousand_findings_are_under_two_megabytes() -> None:
    """Each has lines of its own, as in a tree: what is alike would cost nothing."""
    rng = random.Random(1)

    def unlike(number: int) -> Finding:
        words = [rng.randbytes(6).hex() for _ in range(40)]
        one = _finding(where=Where(f"drivers/{words[0]}/{words[1]}.c", number + 10, 0, words[2]))
        lines = [
            Source(
                cause.where.path,
                line,
                f"        {rng.choice(words)}({rng.choice(words)}->{rng.choice(words)});",
            )
            for cause in one.causes
            for line in range(cause.where.line - 3, cause.where.line + 4)
        ]
        return msgspec.structs.replace(
            one, message=" ".join(words[3:12]), sources=tuple(lines), severity=_BAD
        )

    page = render("html", sample_report(findings=tuple(unlike(number) for number in range(1000))))
    assert len(page) < 2_000_000
    assert len(_data(page)["cards"]) == 1000


def test_causes_in_the_same_lines_share_them() -> None:
    one = _finding()
    near = tuple(
        msgspec.structs.replace(cause, where=msgspec.structs.replace(cause.where, path="a.c", line=line))
        for cause, line in zip(one.causes, (5, 7, 40), strict=False)
    )
    sources = tuple(Source("a.c", line, f"line {line}") for line in range(1, 60))
    (card,) = _data(
        render("html", sample_report(findings=(msgspec.structs.replace(one, causes=near, sources=sources),)))
    )["cards"]
    assert len(card["codes"][0][1]) == 2
    assert [line for line, _ in card["codes"][0][2]] == list(range(2, 11))


def test_counts() -> None:
    table = render("stat", sample_report()).splitlines()
    assert table[0].split() == ["high", "medium", "low", "all", "rule"]
    assert "Jane Roe  X DRIVERS" in render("stat", sample_report())
    assert render("stat", Report(tree="linux")) == ""


def test_notes_have_no_word_that_bots_count() -> None:
    rows = render("kbuild", sample_report()).splitlines()
    assert sum("warning" in row for row in rows) == 2
    assert not any(word in row for row in rows if "note:" in row for word in ("warning", "error"))


def test_json_reads_back() -> None:
    rows = render("json", sample_report()).splitlines()
    assert all(json.loads(row)["schema"] == "lastput-finding/1" for row in rows)
    assert tuple(msgspec.json.decode(row, type=Finding) for row in rows) == sample_report().findings


def test_sarif_has_what_services_ask_for() -> None:
    whole = json.loads(render("sarif", sample_report(broken=(Broken("WRK901", "KeyError"),))))
    (run,) = whole["runs"]
    assert whole["version"] == "2.1.0"
    assert run["invocations"][0]["executionSuccessful"] is False
    for result in run["results"]:
        rule = run["tool"]["driver"]["rules"][result["ruleIndex"]]
        assert rule["id"] == result["ruleId"]
        assert result["partialFingerprints"]
        for location in result["locations"]:
            place = location["physicalLocation"]
            assert place["artifactLocation"]["uriBaseId"] in run["originalUriBaseIds"]
            assert place["region"]["startLine"] >= 1
    assert [len(result.get("suppressions", ())) for result in run["results"]] == [0, 0, 1]


def test_long_lines_are_folded_to_the_width() -> None:
    text = render("full", sample_report(), Options(width=60))
    body = [
        row for row in text.splitlines() if "warning:" not in row and " | " not in row and "()  " not in row
    ]
    assert max(map(len, body)) <= 60


def test_what_is_left_out_is_counted() -> None:
    report = sample_report(hidden=3, known=4, outside=5)
    assert summary(report) == (
        "2 findings (2 high), 3 less sure (--confidence low shows them), 1 suppressed,"
        " 4 in the baseline, 5 not of this change\nparsed 2 of 2 functions\n"
    )
    assert summary(Report(tree="linux")) == "0 findings\n"


def test_what_went_wrong_is_told() -> None:
    where = Where("a.c", 3)
    text = notes(
        Report(
            tree="linux",
            refused=(Refused(where, "it gives no reason"),),
            unused=(Suppression("MOD901", "why", where, "a.c", 4),),
            broken=(Broken("WRK901", "KeyError: 'x'"),),
        )
    )
    assert text == (
        "a.c:3: this suppression does not count: it gives no reason\n"
        "a.c:3: unused suppression of MOD901: remove it\n"
        "lastput: rule WRK901 failed, its findings are missing: KeyError: 'x'\n"
    )
