"""Flow graphs: every way through a function, cleanups included."""

from __future__ import annotations

from lastput.c.flow.build import build_graph
from lastput.c.flow.graph import Graph, Kind
from lastput.c.flow.paths import find_path
from lastput.c.raw.source import Source


def graph(body: str) -> Graph:
    source = Source("f.c", f"int f(struct x *x)\n{{\n{body}\n}}\n".encode())
    return build_graph(source, source.functions[0], ("BUG",))


def paths(body: str) -> list[str]:
    """All ways from entry to exit that enter no node twice, as the texts on them."""
    one = graph(body)
    found: list[str] = []

    def walk(index: int, seen: tuple[int, ...]) -> None:
        if index == one.exit:
            texts = [one.nodes[step].text for step in seen[1:]]
            found.append(" | ".join(text for text in texts if text))
        for edge in one.successors[index]:
            if edge.target not in seen:
                walk(edge.target, (*seen, edge.target) if edge.target != one.exit else seen)

    walk(one.entry, (one.entry,))
    return sorted(found)


def test_goto_out() -> None:
    assert paths("if (a()) goto out;\nb();\nout:\nreturn c();") == [
        "a() | b(); | out: | return c();",
        "a() | out: | return c();",
    ]


def test_conditions_are_taken_apart() -> None:
    one = graph("if (!a || (b && likely(c))) f();")
    tests = {node.text: one.successors[node.index] for node in one.nodes if node.kind is Kind.CONDITION}
    assert list(tests) == ["!a", "b", "c"]
    (call,) = (node.index for node in one.nodes if node.text == "f();")
    assert [edge.target for edge in tests["!a"] if edge.label == "true"] == [call]
    assert [edge.target for edge in tests["c"] if edge.label == "true"] == [call]


def test_loop_macro() -> None:
    one = graph("for_each_child_of_node(np, child) {\nif (bad(child)) return -1;\n}\nreturn 0;")
    ((loop, call),) = one.calling("for_each_child_of_node")
    assert call.arguments == ("np", "child")
    assert {edge.label for edge in one.successors[loop.index]} == {"next", "done"}


def test_switch_falls_through() -> None:
    assert paths("switch (n) {\ncase 1:\na();\ncase 2:\nb();\nbreak;\ndefault:\nc();\n}") == [
        "(n) | a(); | b();",
        "(n) | b();",
        "(n) | c();",
    ]


def test_while_true_ends_by_break_only() -> None:
    assert paths("while (1) {\nif (a()) break;\n}\nb();") == ["a() | b();"]


def test_do_once() -> None:
    assert paths("do {\na();\n} while (0);") == ["a();"]


def test_stop() -> None:
    assert paths("if (a) BUG();\nb();") == ["a | b();"]


def test_cleanup_on_every_way_out() -> None:
    body = "struct n *n __free(put) = get();\nif (!n) return -1;\nguard(mutex)(&l);\nuse(n);\nreturn 0;"
    assert paths(body) == [
        "struct n *n __free(put) = get(); | !n | guard(mutex)(&l); | use(n); | return 0;"
        " | leave guard(mutex)(&l) | put(n)",
        "struct n *n __free(put) = get(); | !n | return -1; | put(n)",
    ]


def test_scoped_guard() -> None:
    assert paths("scoped_guard(mutex, &l) {\na();\n}\nb();") == [
        "scoped_guard (mutex, &l) | a(); | leave scoped_guard(mutex, &l) | b();"
    ]


def test_arms_are_alternatives() -> None:
    assert paths("#ifdef A\nreturn 1;\n#else\nreturn 2;\n#endif") == [
        "#ifdef A | return 1;",
        "#ifdef A | return 2;",
    ]


def test_path_that_avoids() -> None:
    one = graph("get(x);\nif (bad(x)) return -1;\nput(x);\nreturn 0;")
    ((start, _),) = one.calling("get")
    found = find_path(
        one,
        start.index,
        lambda node: node.index == one.exit,
        lambda node: any(c.name == "put" for c in node.calls),
    )
    assert found is not None
    assert [node.text for node in found] == ["get(x);", "bad(x)", "return -1;", ""]
