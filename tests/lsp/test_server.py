"""The server, spoken to by pygls' own client over its pipes, as an editor does."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import lsprotocol.types as lsp
from pygls.lsp.client import LanguageClient

import lastput
from lastput.cli.main import main
from tests.lsp.conftest import DRIVER, LEAK

_PATIENCE = 120  # seconds for an answer on a busy machine; nothing is timed


class _Editor:
    """A client with one document, and what the server last said of it."""

    def __init__(self, client: LanguageClient, file: Path) -> None:
        self.client = client
        self.uri = file.as_uri()
        self.said: asyncio.Queue[list[lsp.Diagnostic]] = asyncio.Queue()
        self.shown: list[str] = []
        self._version = 0

        def published(params: lsp.PublishDiagnosticsParams) -> None:
            self.said.put_nowait(list(params.diagnostics))

        def shown(params: lsp.ShowMessageParams) -> None:
            self.shown.append(params.message)

        client.feature(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)(published)
        client.feature(lsp.WINDOW_SHOW_MESSAGE)(shown)

    async def open(self, text: str) -> list[lsp.Diagnostic]:
        document = lsp.TextDocumentItem(self.uri, "c", self._version, text)
        self.client.text_document_did_open(lsp.DidOpenTextDocumentParams(document))
        return await self.answer()

    async def type(self, text: str) -> list[lsp.Diagnostic]:
        self._version += 1
        document = lsp.VersionedTextDocumentIdentifier(self._version, self.uri)
        change = lsp.TextDocumentContentChangeWholeDocument(text)
        self.client.text_document_did_change(lsp.DidChangeTextDocumentParams(document, [change]))
        return await self.answer()

    async def answer(self) -> list[lsp.Diagnostic]:
        return await asyncio.wait_for(self.said.get(), _PATIENCE)

    async def hover(self, line: int, column: int) -> str:
        document = lsp.TextDocumentIdentifier(self.uri)
        found = await self.client.text_document_hover_async(
            lsp.HoverParams(document, lsp.Position(line, column))
        )
        return (
            found.contents.value
            if found is not None and isinstance(found.contents, lsp.MarkupContent)
            else ""
        )

    async def actions(self, line: int) -> list[lsp.CodeAction | lsp.Command]:
        place = lsp.Range(lsp.Position(line, 0), lsp.Position(line, 1))
        params = lsp.CodeActionParams(
            lsp.TextDocumentIdentifier(self.uri), place, lsp.CodeActionContext(diagnostics=[])
        )
        return list(await self.client.text_document_code_action_async(params) or [])


def _with_editor(tree: Path, act: Callable[[_Editor], Awaitable[None]]) -> None:
    async def session() -> None:
        client = LanguageClient("test", "1")
        editor = _Editor(client, tree / "foo.c")
        source = str(Path(lastput.__file__).parent.parent)
        await client.start_io(
            sys.executable, "-m", "lastput", "lsp", env={**os.environ, "PYTHONPATH": source}
        )
        await client.initialize_async(lsp.InitializeParams(lsp.ClientCapabilities(), root_uri=tree.as_uri()))
        client.initialized(lsp.InitializedParams())
        try:
            await act(editor)
        finally:
            await asyncio.wait_for(client.shutdown_async(None), _PATIENCE)
            client.exit(None)
            await client.stop()  # type: ignore[no-untyped-call]

    asyncio.run(session())


def _line(text: str, words: str) -> int:
    return next(number for number, line in enumerate(text.split("\n")) if words in line)


def test_a_session(tree: Path) -> None:
    put = _line(DRIVER, "module_put")

    async def act(editor: _Editor) -> None:
        assert not [one for one in await editor.open(DRIVER) if _new(one)]

        (leak,) = [one for one in await editor.type(LEAK) if _new(one)]
        assert (leak.code, leak.severity) == ("REF001", lsp.DiagnosticSeverity.Warning)
        assert leak.range.start.line == _line(LEAK, "return -EINVAL")

        fix, explain = await editor.actions(leak.range.start.line)
        assert isinstance(fix, lsp.CodeAction)
        assert fix.kind == lsp.CodeActionKind.QuickFix and fix.edit is not None and fix.edit.changes
        assert any("of_node_put(np);" in one.new_text for one in fix.edit.changes[editor.uri])
        assert explain.title == "lastput: explain the finding"

        page = await editor.hover(leak.range.start.line, 4)
        assert "**REF001** reference-lost" in page
        effects = await editor.hover(_line(LEAK, "static int foo_find"), 14)
        assert effects.startswith("**foo_find()** foo.c:5")

        why = await editor.client.workspace_execute_command_async(
            lsp.ExecuteCommandParams("lastput.why", [editor.uri, leak.range.start.line + 1])
        )
        assert "is lost when foo_find() is left" in str(why)
        assert any("[REF001]" in one for one in editor.shown)

        assert not [one for one in await editor.type(DRIVER) if _new(one)]

    _with_editor(tree, act)
    assert put


def test_why_a_put_is_safe(tree: Path) -> None:
    text = DRIVER.replace(
        "module_put(THIS_MODULE); return 0;", "__module_get(THIS_MODULE); module_put(THIS_MODULE); return 0;"
    )
    (tree / "foo.c").write_text(text)
    line = _line(text, "module_put")

    async def act(editor: _Editor) -> None:
        await editor.open(text)
        titles = [one.title for one in await editor.actions(line)]
        assert titles == ["lastput: explain why this is safe"]
        assert "safe: [MOD001]" in await editor.hover(line, 0)

    _with_editor(tree, act)


def _new(one: lsp.Diagnostic) -> bool:
    data: Any = one.data
    return bool(data["new"] if isinstance(data, dict) else data.new)


def test_without_pygls(monkeypatch: Any, capsys: Any) -> None:
    monkeypatch.setitem(sys.modules, "pygls.lsp.server", None)
    monkeypatch.delitem(sys.modules, "lastput.lsp.server", raising=False)
    assert main(["lsp"]) == 2
    assert "[no-pygls]" in capsys.readouterr().err
