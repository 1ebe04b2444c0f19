"""What a probe has registered and leaves there when it fails: confirmed, refuted, and neither."""

from __future__ import annotations

import pytest

from lastput.schema.claim import Claim, Site
from tests.prove.conftest import FILE, Prove, at

_LEFT = """\
int foo_register(struct foo *foo, const char *name);
struct foo *foo_attach(int id);
void foo_unregister(struct foo *foo);

static int foo_probe(struct foo *foo)
{
	int err = foo_register(foo, "foo");

	if (err)
		return err;
	err = foo_start(foo);
	if (err)
		return -EIO;
	foo->ready = 1;
	return 0;
}
"""
_UNDONE = _LEFT.replace(
    "if (err)\n\t\treturn -EIO;", "if (err) {\n\t\tfoo_unregister(foo);\n\t\treturn -EIO;\n\t}"
)


def _left(code: str, call: str = "foo_register", asked: str = "err") -> Claim:
    sites = (
        Site("publish", FILE, at(code, f" = {call}("), "foo_probe", "foo", "foo", call),
        Site("branch", FILE, at(code, "if ("), "foo_probe", text=asked, detail="false"),
        Site("exit", FILE, at(code, "return -EIO"), "foo_probe", "foo", "foo"),
    )
    return Claim("use-after-free", "foo", sites, "foo_unregister(foo)", 2)


def test_a_registration_that_is_left(proved: Prove) -> None:
    proof = proved(_LEFT, _left(_LEFT))
    assert proof.verdict == "CONFIRMED", proof.why
    assert proof.error == "leak"
    assert proof.control is not None and proof.control.verdict == "SAFE"
    assert "foo_register" not in proof.litmus.partition("ASSUME_ANY(")[2].partition(")")[0]


def test_a_registration_that_is_undone(proved: Prove) -> None:
    proof = proved(_UNDONE, _left(_UNDONE))
    assert proof.verdict == "REFUTED", proof.why


def test_a_helper_undoes_it(proved: Prove) -> None:
    helper = "static void foo_down(struct foo *foo)\n{\n\tfoo_unregister(foo);\n}\n\n"
    code = _UNDONE.replace("\t\tfoo_unregister(foo);", "\t\tfoo_down(foo);").replace(
        "static int foo_probe", helper + "static int foo_probe"
    )
    proof = proved(code, _left(code))
    assert proof.verdict == "REFUTED", proof.why
    assert ("foo_down") in dict(proof.inlined)


def test_what_succeeds_may_stay_registered(proved: Prove) -> None:
    code = _LEFT.replace("if (err)\n\t\treturn -EIO;", "if (err)\n\t\tfoo_unregister(foo);\n\treturn err;")
    claim = _left(code.replace("\treturn err;\n\tfoo", "\treturn -EIO;\n\tfoo"))
    proof = proved(code, claim)
    assert proof.verdict == "REFUTED", proof.why


@pytest.mark.parametrize("nothing", ["!made", "IS_ERR(made)"])
def test_what_gives_a_pointer(proved: Prove, nothing: str) -> None:
    code = (
        _LEFT.replace(
            "int err = foo_register(foo, ", "struct foo *made = foo_attach(1);\n\tint err = strlen("
        )
        .replace("if (err)", f"if ({nothing})", 1)
        .replace("\t\treturn err;", "\t\treturn -ENODEV;", 1)
    )
    proof = proved(code, _left(code, "foo_attach", nothing))
    assert proof.verdict == "CONFIRMED", proof.why + proof.litmus


def test_a_way_that_is_never_taken_refutes_nothing(proved: Prove) -> None:
    code = _LEFT.replace("err = foo_start(foo);", "err = 0;")
    proof = proved(code, _left(code))
    assert (proof.verdict, proof.reason) == ("UNDECIDED", "unreached")


_COUNTED = """\
int foo_enable(struct foo *foo)
{
	return foo->ready;
}

static int foo_probe(struct foo *foo)
{
	int err = foo_enable(foo);

	if (err)
		return err;
	err = foo_start(foo);
	if (err)
		return -EIO;
	return 0;
}
"""


def _counted(code: str) -> Claim:
    thing = "struct foo"
    get = Site("get", FILE, at(code, " = foo_enable("), "foo_probe", thing, "foo", "foo_enable")
    left = Site("exit", FILE, at(code, "return -EIO"), "foo_probe", thing, "foo")
    return Claim("leak", thing, (get, left), "foo_disable(foo)", 1)


def test_a_count_that_a_call_raises(proved: Prove) -> None:
    proof = proved(_COUNTED, _counted(_COUNTED))
    assert proof.verdict == "CONFIRMED", proof.why
    code = _COUNTED.replace(
        "if (err)\n\t\treturn -EIO;", "if (err) {\n\t\tfoo_disable(foo);\n\t\treturn -EIO;\n\t}"
    )
    assert proved(code, _counted(code)).verdict == "REFUTED"


def test_another_call_of_the_interface_lowers_it(proved: Prove) -> None:
    code = _COUNTED.replace(
        "if (err)\n\t\treturn -EIO;", "if (err) {\n\t\tfoo_put_quietly(foo);\n\t\treturn -EIO;\n\t}"
    )
    assert proved(code, _counted(code)).verdict == "REFUTED"


def test_a_count_that_is_raised_without_a_word(proved: Prove) -> None:
    code = _COUNTED.replace("int foo_enable(", "void foo_enable(").replace(
        "\treturn foo->ready;\n", "\tfoo->ready++;\n"
    )
    code = code.replace(
        "int err = foo_enable(foo);\n\n\tif (err)\n\t\treturn err;\n", "int err;\n\n\tfoo_enable(foo);\n"
    )
    get = Site("get", FILE, at(code, "\tfoo_enable("), "foo_probe", "struct foo", "foo", "foo_enable")
    left = Site("exit", FILE, at(code, "return -EIO"), "foo_probe", "struct foo", "foo")
    proof = proved(code, Claim("leak", "struct foo", (get, left), "foo_disable(foo)", 1))
    assert proof.verdict == "CONFIRMED", proof.why


def test_a_count_that_nobody_follows_refutes_nothing(proved: Prove) -> None:
    code = _COUNTED.replace("int foo_enable(struct foo *foo)", "static long foo_enable(struct foo *foo)")
    proof = proved(code, _counted(code))
    assert proof.verdict == "UNDECIDED", proof.why
