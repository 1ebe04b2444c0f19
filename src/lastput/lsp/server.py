"""The language server itself: documents come and go, answers are made in one thread beside.

A change is judged when nothing has come for a moment; an answer that is overtaken is thrown away.
"""

from __future__ import annotations

__all__ = ["make_server"]

import asyncio
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import unquote, urlparse

import msgspec
from lsprotocol import types
from pygls.lsp.server import LanguageServer

from lastput import __version__
from lastput.errors import LastputError
from lastput.lsp.desk import Desk, Judged
from lastput.lsp.edits import whole_line, workspace_edit
from lastput.lsp.words import effects_of, rule_page, told, why_safe, word_at
from lastput.schema.finding import Finding

_QUIET = 0.4  # seconds without a change, after which it is judged

#: Finds the tree of a file, brings its fact base up to date: the root, the path in it, the database.
Locate = Callable[[Path], tuple[Path, str, Path]]


class _Open(msgspec.Struct):
    """A document: its desk once there is one, and what was said of it last."""

    uri: str
    folder: tempfile.TemporaryDirectory[str]
    desk: Desk | None = None
    judged: Judged | None = None
    version: int = 0


def make_server(locate: Locate, quiet: float = _QUIET) -> LanguageServer:
    """A server that finds trees with ``locate``, which may take its time."""
    server = LanguageServer("lastput", __version__)
    worker = ThreadPoolExecutor(1)
    documents: dict[str, _Open] = {}

    def judge(one: _Open, text: str) -> Judged:
        """In the worker's thread."""
        if one.desk is None:
            root, path, database = locate(_file(one.uri))
            one.desk = Desk(root, database, path, Path(one.folder.name))
        return one.desk.judge(text)

    async def refresh(one: _Open, wait: float) -> None:
        one.version += 1
        mine = one.version
        await asyncio.sleep(wait)
        if one.version != mine or one.uri not in documents:
            return
        text = server.workspace.get_text_document(one.uri).source
        try:
            judged = await asyncio.get_running_loop().run_in_executor(worker, judge, one, text)
        except LastputError as error:
            _say(server, f"{error.what}: {error.remedy}", types.MessageType.Warning)
            return
        if one.version == mine and one.uri in documents:
            one.judged = judged
            server.text_document_publish_diagnostics(
                types.PublishDiagnosticsParams(
                    one.uri, [_diagnostic(each, judged) for each in judged.findings]
                )
            )

    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    async def opened(params: types.DidOpenTextDocumentParams) -> None:
        uri = params.text_document.uri
        if not uri.startswith("file:") or not uri.endswith((".c", ".h")):
            return
        documents[uri] = _Open(uri, tempfile.TemporaryDirectory(prefix="lastput-lsp-"))
        await refresh(documents[uri], 0)

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    async def changed(params: types.DidChangeTextDocumentParams) -> None:
        if params.text_document.uri in documents:
            await refresh(documents[params.text_document.uri], quiet)

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def closed(params: types.DidCloseTextDocumentParams) -> None:
        one = documents.pop(params.text_document.uri, None)
        if one is not None:
            worker.submit(one.folder.cleanup)
            server.text_document_publish_diagnostics(types.PublishDiagnosticsParams(one.uri, []))

    @server.feature(types.TEXT_DOCUMENT_HOVER)
    async def hover(params: types.HoverParams) -> types.Hover | None:
        one = documents.get(params.text_document.uri)
        if one is None or one.judged is None:
            return None
        line = params.position.line
        lines = one.judged.text.split("\n")
        word = word_at(lines[line], params.position.character) if line < len(lines) else ""
        text = await asyncio.get_running_loop().run_in_executor(worker, _hover, one, line + 1, word)
        return types.Hover(types.MarkupContent(types.MarkupKind.Markdown, text)) if text else None

    @server.feature(
        types.TEXT_DOCUMENT_CODE_ACTION,
        types.CodeActionOptions([types.CodeActionKind.QuickFix, types.CodeActionKind.Empty]),
    )
    async def actions(params: types.CodeActionParams) -> list[types.CodeAction | types.Command]:
        one = documents.get(params.text_document.uri)
        if one is None or one.judged is None:
            return []
        first, last = params.range.start.line + 1, params.range.end.line + 1
        return await asyncio.get_running_loop().run_in_executor(worker, _actions, one, first, last)

    @server.command("lastput.why")
    def why(uri: str, line: int) -> str:
        """How the places of a line were judged: shown, and given back."""
        one = documents.get(uri)
        text = why_safe(_at(one.judged, line)) if one is not None and one.judged is not None else ""
        text = text or "nothing was judged here"
        _say(server, text, types.MessageType.Info)
        return text

    return server


def _file(uri: str) -> Path:
    return Path(unquote(urlparse(uri).path))


def _say(server: LanguageServer, text: str, kind: types.MessageType) -> None:
    server.window_show_message(types.ShowMessageParams(kind, text))


def _at(judged: Judged, line: int) -> list[Finding]:
    return [one for one in (*judged.findings, *judged.safe) if one.where.line == line]


def _diagnostic(one: Finding, judged: Judged) -> types.Diagnostic:
    """What an edit has brought is a warning, what was there before is information."""
    new = one.fingerprint in judged.new
    return types.Diagnostic(
        range=whole_line(judged.text, one.where.line),
        severity=types.DiagnosticSeverity.Warning if new else types.DiagnosticSeverity.Information,
        code=one.code,
        source="lastput",
        message=told(one, new),
        data={"fingerprint": one.fingerprint, "new": new},
    )


def _hover(one: _Open, line: int, word: str) -> str:
    """The effects of the function under the cursor, the pages of the rules that report the line, and the
    reasons of places that are safe."""
    assert one.desk is not None and one.judged is not None
    parts = []
    if word:
        with one.desk.facts() as facts:
            parts.append(effects_of(facts, word, one.desk.path))
    places = _at(one.judged, line)
    shown = [each for each in places if each in one.judged.findings]
    parts += [rule_page(code) for code in dict.fromkeys(each.code for each in shown)]
    safe = [each for each in places if each not in one.judged.findings]
    if safe:
        parts.append(f"```text\n{why_safe(safe)}```")
    return "\n\n---\n\n".join(part for part in parts if part)


def _actions(one: _Open, first: int, last: int) -> list[types.CodeAction | types.Command]:
    assert one.desk is not None and one.judged is not None
    found: list[types.CodeAction | types.Command] = []
    for each in one.judged.findings:
        if not first <= each.where.line <= last:
            continue
        patch = one.desk.patch(each)
        edit = workspace_edit(one.uri, one.desk.path, one.judged.text, patch) if patch is not None else None
        if patch is not None and edit is not None:
            found.append(
                types.CodeAction(
                    title=f"lastput: {patch.subject}",
                    kind=types.CodeActionKind.QuickFix,
                    diagnostics=[_diagnostic(each, one.judged)],
                    edit=edit,
                )
            )
    found += [
        types.Command(f"lastput: {_question(one.judged, line)}", "lastput.why", arguments=[one.uri, line])
        for line in sorted({each.where.line for each in (*one.judged.findings, *one.judged.safe)})
        if first <= line <= last
    ]
    return found


def _question(judged: Judged, line: int) -> str:
    bad = any(one.where.line == line for one in judged.findings)
    return "explain the finding" if bad else "explain why this is safe"
