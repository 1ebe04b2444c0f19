"""SARIF 2.1.0, for code scanning services."""

from __future__ import annotations

__all__ = ["render"]

from typing import Any
from urllib.parse import quote

import msgspec

from lastput.schema.audit import Report, RuleNote
from lastput.schema.finding import Finding, Where
from lastput.schema.patch import Patch
from lastput.show.findings import Options
from lastput.show.findings._steps import chain_steps, numbered
from lastput.show.findings._told import proved

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_BASE = "SRCTREE"
#: SARIF's rank is a priority from 0 to 100.
_RANK = {"high": 90.0, "medium": 60.0, "low": 20.0}

Json = dict[str, Any]


def render(report: Report, options: Options) -> str:
    """One run. A finding's causes are its related locations; chain, then causes, are one thread flow.
    Suppressed findings are there too, with their reasons."""
    fixes = {one.fingerprint: one for one in report.patches}
    order = {rule.code: position for position, rule in enumerate(report.rules)}
    results = [_result(one, order) | _fixes(fixes.get(one.fingerprint)) for one in report.findings]
    for one, by in report.suppressed:
        source = by.where.path.endswith(".toml")
        says = {"kind": "external" if source else "inSource", "justification": by.reason}
        results.append({**_result(one, order), "suppressions": [says]})
    notices = [
        {"level": "error", "message": {"text": f"{one.code} failed: {one.what}"}} for one in report.broken
    ]
    driver: Json = {"name": "lastput", "rules": [_rule(rule) for rule in report.rules]}
    if options.version:
        driver["semanticVersion"] = options.version
    run: Json = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {_BASE: {"description": {"text": "The top of the kernel tree."}}},
        "invocations": [{"executionSuccessful": not report.broken, "toolExecutionNotifications": notices}],
        "results": results,
    }
    whole = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return msgspec.json.format(msgspec.json.encode(whole), indent=1).decode() + "\n"


def _rule(rule: RuleNote) -> Json:
    return {
        "id": rule.code,
        "name": "".join(word.capitalize() for word in rule.name.split("-")),
        "shortDescription": {"text": rule.summary},
        "defaultConfiguration": {"level": "warning"},
    }


def _result(one: Finding, order: dict[str, int]) -> Json:
    parts = [one.message]
    if one.remedy:
        parts.append(f"Safe if: {one.remedy}.")
    parts += [f"Depends on: {doubt}." for doubt in one.depends_on]
    if one.proof is not None:
        parts.append(f"{proved(one)}.")
    result: Json = {
        "ruleId": one.code,
        "level": "warning",
        "rank": _RANK[one.confidence],
        "message": {"text": " ".join(parts)},
        "locations": [_location(one.where)],
        "partialFingerprints": {"lastputFinding/v1": one.fingerprint},
        "properties": {"confidence": one.confidence, "verdict": one.verdict, "class": one.kind},
    }
    if one.severity is not None:
        result["properties"]["severity"] = {"level": one.severity.level, "reason": one.severity.reason}
    if one.proof is not None:
        result["properties"]["proof"] = {
            "verdict": one.proof.verdict, "reason": one.proof.reason, "states": one.proof.states
        }  # fmt: skip
    if one.code in order:
        result["ruleIndex"] = order[one.code]
    if one.causes:
        result["relatedLocations"] = [
            {"id": number, **_location(where, text)} for number, (where, text) in enumerate(numbered(one), 1)
        ]
    steps = chain_steps(one) + numbered(one)
    if steps:
        flow = [
            {"location": _location(where, text), "executionOrder": number}
            for number, (where, text) in enumerate(steps, 1)
        ]
        result["codeFlows"] = [{"threadFlows": [{"locations": flow}]}]
    return result


def _fixes(patch: Patch | None) -> Json:
    """The edits of a patch, as bytes of the files."""
    if patch is None:
        return {}
    changes: dict[str, list[Json]] = {}
    for edit in patch.edits:
        region = {"byteOffset": edit.start, "byteLength": edit.end - edit.start}
        changes.setdefault(edit.path, []).append(
            {"deletedRegion": region, "insertedContent": {"text": edit.new}}
        )
    files = [
        {"artifactLocation": {"uri": _uri(path), "uriBaseId": _BASE}, "replacements": made}
        for path, made in sorted(changes.items())
    ]
    return {"fixes": [{"description": {"text": patch.subject}, "artifactChanges": files}]}


def _location(where: Where, text: str = "") -> Json:
    region: Json = {"startLine": max(where.line, 1)}
    if where.column:
        region["startColumn"] = where.column
    place: Json = {"physicalLocation": {"artifactLocation": {"uri": _uri(where.path), "uriBaseId": _BASE}}}
    place["physicalLocation"]["region"] = region
    if where.function:
        place["logicalLocations"] = [{"name": where.function, "kind": "function"}]
    if text:
        place["message"] = {"text": text}
    return place


def _uri(path: str) -> str:
    return quote(path)
