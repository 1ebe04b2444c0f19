"""The wait that a teardown lacks: for a work item, timer or tasklet before its object goes, for RCU callbacks
before the module does."""

from __future__ import annotations

__all__ = ["CODES", "ORDER", "plans"]

import re
from collections.abc import Iterator

from tree_sitter import Node as Tree

from lastput.c.patterns import has_word
from lastput.fix.case import Case, Plan, Unable
from lastput.fix.code import Code
from lastput.fix.draft import Draft
from lastput.fix.named import calling, names_for, top_level
from lastput.schema.claim import Site

CODES = ("WRK001", "WRK002", "WRK005")
ORDER = 20

#: Calls after which less can arm something: interrupts, devices that users have, callbacks of the core.
_QUIET = re.compile(
    r"\b(?:\w*unregister\w*|\w*deregister\w*|(?:devm_)?free_irq|pci_free_irq|disable_irq|del_gendisk|misc_deregister"
    r"|cdev_del|device_destroy|\w+_remove_host|\w+_shutdown|usb_kill_urb|usb_kill_anchored_urbs|napi_disable"
    r"|netif_napi_del|rtc_device_unregister|remove_proc_entry|debugfs_remove\w*|sysfs_remove_\w+)\s*\("
)
_FREES = re.compile(
    r"\b(?:k[vz]?free\w*|free_(?!irq)\w+|\w+_free|\w+_put|put_\w+|destroy_workqueue|\w*iounmap|\w+_exit)\s*\("
)
#: Calls that stop something, and do not wait for it.
_STOPS = ("del_timer", "timer_delete", "cancel_work", "cancel_delayed_work", "hrtimer_try_to_cancel")
_OLD_NAMES = {"timer_delete_sync": "del_timer_sync"}


def plans(case: Case) -> Iterator[Plan]:
    """Before the free; else after the last call that ends what may arm it; else first or last."""
    claim = case.claim
    site = claim.sites[claim.before]
    if site.role not in ("free", "teardown") or not site.function:
        raise Unable("no function is known that takes it down")
    code = case.at(site)
    if case.finding.code == "WRK005" and code.function.head.section != "exit":
        raise Unable("the module has no exit function of its own")
    call = _call(case, code, site)
    twin = _in_place(code, call)
    if twin is not None:
        yield twin
    for tree, before in _places(code, site, call):
        draft = Draft(code)
        (draft.before if before else draft.after)(tree, f"{call};")
        name = code.function.head.name
        yield Plan(
            "wait-in-teardown",
            draft.edits(),
            f"fix use-after-free of {_short(call)} in {name}()"
            if "(" in call and "()" not in call
            else f"wait for RCU callbacks in {name}()",
            f"Call {call} in {name}(){_where(code, tree, before)}.",
        )


def _in_place(code: Code, call: str) -> Plan | None:
    """The call that waits in place of the one for the same object that does not, if the function has one."""
    new, _, given = call.partition("(")
    for one in top_level(code):
        text = code.text(one)
        name, _, rest = text.partition("(")
        if one.type == "expression_statement" and name in _STOPS and rest.removesuffix(");") == given[:-1]:
            draft = Draft(code)
            draft.replace(one, f"{call};")
            what = f"fix use-after-free of {_short(call)} in {code.function.head.name}()"
            return Plan(
                "wait-in-teardown",
                draft.edits(),
                what,
                f"Call {new}() in place of {name}(), which does not wait.",
            )
    return None


def _short(call: str) -> str:
    return re.split(r"->|\.", call.partition("(")[2].rstrip(")").lstrip("&"))[-1]


def _where(code: Code, tree: Tree, before: bool) -> str:
    text = code.text(tree)
    named = re.match(r"(?:\w+ = )?(\w+)\(", text)
    if named is None:
        return ""
    return f", {'before' if before else 'after'} {named[1]}()"


def _call(case: Case, code: Code, site: Site) -> str:
    """The call with the name that the function has for the object. Raises Unable."""
    call, _, given = case.claim.missing.partition("(")
    if given == ")":
        return f"{call}()"
    fact = case.function(site.path, site.function, site.line)
    thing = case.claim.object
    names = names_for(case.facts, fact, thing)
    if not names:
        raise Unable(f"{site.function}() has no name for {thing.removeprefix('struct ')}")
    if len(names) > 1 and names[0].count("->") == names[1].count("->") and "->" in names[0]:
        raise Unable(f"{site.function}() has two names for {thing.removeprefix('struct ')}")
    if not thing.startswith("struct ") and not _file_scope(case, site, thing):
        raise Unable(f"{thing} is not of {site.path}")
    if _indexed(case, given):
        raise Unable(f"there are several of {given.rstrip(')')}")
    old = _OLD_NAMES.get(call, call)
    whole = case.facts.content(site.path).decode("latin-1")
    if re.search(rf"\b{old}\b", whole) and not re.search(rf"\b{call}\b", whole):
        call = old
    return f"{call}(&{names[0]})"


def _indexed(case: Case, given: str) -> bool:
    return "[" in given or any("[" in site.text for site in case.claim.sites)


def _file_scope(case: Case, site: Site, thing: str) -> bool:
    """Whether the file of a place defines a variable of that name."""
    text = case.facts.content(site.path).decode("latin-1")
    defined = rf"^\s*(?:static\s+)?(?:struct \w+ {thing}\s*[;=]|(?:DEFINE|DECLARE)_\w+\(\s*{thing}\b)"
    return re.search(defined, text, re.MULTILINE) is not None


def _places(code: Code, site: Site, call: str) -> Iterator[tuple[Tree, bool]]:
    """Statements of the function, and whether the call goes before them."""
    if site.role == "free" and site.call:
        yield _before_parts(code, calling(code, site.call, site.line), site.text), True
        return
    root = re.match(r"\w+\(&?(\w+)", call)
    inner = _known(code, top_level(code), root[1]) if root is not None else top_level(code)
    if not inner:
        raise Unable(f"{code.function.head.name}() does nothing after it has the object")
    quiet = [
        place
        for place, one in enumerate(inner)
        if one.type == "expression_statement" and _QUIET.search(code.text(one))
    ]
    freed = next(
        (place for place, one in enumerate(inner) if _gives_up(code, one, root[1] if root else "")),
        len(inner),
    )
    if quiet and min(quiet) < freed:
        yield inner[max(place for place in quiet if place < freed)], False
    if root is None:
        last = inner[-1]
        yield last, last.type == "return_statement"
        return
    yield inner[0], True
    if freed < len(inner):
        yield inner[freed], True
    elif inner[-1].type == "expression_statement":
        yield inner[-1], False


def _gives_up(code: Code, tree: Tree, root: str) -> bool:
    """Whether a statement frees what the root of the name leads to."""
    text = code.text(tree)
    return _FREES.search(text) is not None and (
        not root or has_word(text, root) or "destroy_workqueue" in text
    )


def _before_parts(code: Code, tree: Tree, root: str) -> Tree:
    """The first of the statements right before a free that free parts of the same object."""
    while True:
        before = tree.prev_named_sibling
        if before is None or before.type != "expression_statement" or not _gives_up(code, before, root):
            return tree
        tree = before


def _declared_inside(code: Code, root: str) -> list[Tree] | None:
    """The statements of the inner block that declares ``root``; None if the function itself does."""
    for one in code.statements:
        if one.type == "declaration" and re.search(rf"[\s*]{re.escape(root)}\s*[=;,]", code.text(one)):
            block = code.block(one)
            if block is None or block.start_byte == code.body.root.start_byte:
                return None
            return [each for each in block.named_children if each.type not in ("declaration", "comment")]
    return None


def _known(code: Code, list_: list[Tree], root: str) -> list[Tree]:
    """The statements before which the variable ``root`` has its value and is known to be something. Raises
    Unable if it only has one in blocks of which there are several."""
    text = code.raw(code.function.start, code.function.end)
    set_ = [one for one in code.statements if re.match(rf"{re.escape(root)}\s*=[^=]", code.text(one))]
    if len(set_) > 1:
        raise Unable(f"{root} is set more than once")
    if set_:
        block = code.block(set_[0])
        if block is None or code.loop(set_[0]) is not None:
            raise Unable(f"{root} is set in a place of its own")
        list_ = [
            one
            for one in block.named_children
            if one.start_byte > set_[0].start_byte and one.type != "comment"
        ]
    elif (inner := _declared_inside(code, root)) is not None:
        list_ = inner
    elif re.search(rf"[\s*]{re.escape(root)}\s*;", text) and not re.search(
        rf"\b{re.escape(root)}\s*=[^=]", text
    ):
        raise Unable(f"{root} has no value that is seen")
    while list_ and list_[0].type == "if_statement":
        asked = code.text(list_[0].named_children[0]).strip("()! ")
        if asked == root and "return" in code.text(list_[0]) and "!" in code.text(list_[0].named_children[0]):
            list_ = list_[1:]
        elif asked == root:
            body = list_[0].child_by_field_name("consequence")
            list_ = [
                one
                for one in (body.named_children if body is not None else [])
                if one.type not in ("comment", "declaration")
            ]
        else:
            break
    return list_
