"""A driver is bound to a device that this code makes and uses, and nothing keeps the driver's module.

What it finds
    A function that makes an I2C, SPI or platform device, looks whether a driver has bound to it
    (``dev.driver``, i2c_client_has_driver()) because it is going to use that driver, and takes no reference
    to the driver's module.

Why it breaks
    Device and driver are bound, but that pins no module: the driver core does not count references to
    ``device_driver.owner``. rmmod of the driver unbinds it and frees its text and data, while whoever made
    the device goes on with the functions and tables that it got from it.

Example
    pdev = platform_device_register_data(dev, "foo_tuner", id, &pdata, sizeof(pdata));
    if (IS_ERR(pdev) || !pdev->dev.driver)
            return -ENODEV;
    foo->tuner = pdev;

Instead
    if (!try_module_get(pdev->dev.driver->owner)) {
            platform_device_unregister(pdev);
            return -ENODEV;
    }
    and module_put() of it before the device is unregistered.

How lastput knows
    The device is the result of a call of the bus's core, in the same function a condition asks for its
    driver, and the function takes no reference to ``dev.driver->owner`` of it, nor to a module that it found
    by other means. A file that has a driver of this bus itself makes devices for its own driver, and is left
    out.

Known limits
    What the function takes by a helper is not seen. Whether anything of the driver is used later is not
    followed: that the code asks whether it is bound is taken for that.

History
    dvb_module_probe() (drivers/media/dvb-core/dvbdev.c, 6.12) is the pattern with the reference.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lastput.audit.claims import claim, site
from lastput.c.flow.graph import Call, Graph, Kind, Node
from lastput.facts.base import Facts
from lastput.facts.bodies import Bodies
from lastput.facts.modules import can_be_module
from lastput.schema.finding import Cause, Evidence, Finding, Where

CODE = "FIL003"
NAME = "bound-driver-not-pinned"

#: Calls that make a device, and the struct of the drivers of its bus.
_MAKERS = {
    "i2c_new_client_device": "i2c_driver",
    "i2c_new_scanned_device": "i2c_driver",
    "platform_device_register_data": "platform_driver",
    "platform_device_register_full": "platform_driver",
    "platform_device_register_resndata": "platform_driver",
    "platform_device_register_simple": "platform_driver",
    "spi_new_device": "spi_driver",
}
_GETS = ("try_module_get", "__module_get")


def run(facts: Facts) -> Iterator[Finding]:
    functions = {call.function for call in facts.calls_of(_MAKERS)}
    for function in sorted(functions, key=lambda one: (facts.function(one).path, facts.function(one).line)):
        path = facts.function(function).path
        if not path.endswith(".c") or not can_be_module(facts, path):
            continue
        graph = facts.once(Bodies).graph(function)
        if graph is None or not graph.clean:
            continue
        for node, call in graph.calling(*_MAKERS):
            asked = _asked(graph, call.result) if call.result else None
            if (
                asked is not None
                and not _pinned(graph, call.result)
                and not _own_driver(facts, function, _MAKERS[call.name])
            ):
                yield _finding(facts, function, node, call, asked)


def _asked(graph: Graph, device: str) -> Node | None:
    """The condition that asks whether a driver is bound to the device."""
    name = re.escape(device)
    bound = re.compile(rf"(?<![\w.>]){name}->dev\.driver\b(?!->)|\bi2c_client_has_driver\( ?{name} ?\)")
    return next(
        (one for one in graph.nodes if one.kind is Kind.CONDITION and bound.search(one.text)),
        None,
    )


def _pinned(graph: Graph, device: str) -> bool:
    """Whether the function takes the module of this device's driver, or one that is not a driver's."""
    for _, call in graph.calling(*_GETS):
        taken = call.arguments[0] if call.arguments else ""
        if "dev.driver" not in taken or re.search(rf"(?<![\w.>]){re.escape(device)}->", taken):
            return True
    return False


def _own_driver(facts: Facts, function: int, kind: str) -> bool:
    file = facts.function(function).file
    return bool(facts.sql("SELECT 1 FROM variables WHERE file = ? AND type = ?", file, kind))


def _finding(facts: Facts, function: int, node: Node, call: Call, asked: Node) -> Finding:
    fact = facts.function(function)
    device = call.result
    where = Where(fact.path, call.line, 0, fact.name)
    test = Where(fact.path, asked.line, 0, fact.name)
    return Finding(
        code=CODE,
        verdict="bug",
        confidence="medium",
        message=f"{fact.name}() uses the driver bound to {device} without a reference to its module",
        where=where,
        object=device,
        statement=node.text,
        causes=(
            Cause(where, f"{call.name}() makes {device}, and a driver of another module may bind to it"),
            Cause(test, f"{fact.name}() goes on only with a driver, but takes no reference to its owner"),
            Cause(test, "rmmod of that driver is not refused, and what was got from it goes"),
        ),
        evidence=(
            Evidence("pin", f"no try_module_get({device}->dev.driver->owner) here", searched=(where, test)),
            Evidence("core", "the driver core counts no references to device_driver.owner"),
        ),
        remedy=f"try_module_get({device}->dev.driver->owner), put before {device} is unregistered",
        depends_on=(f"the driver of {device} is used after {fact.name}() has returned",),
        claim=claim(
            facts,
            "unmapped-text",
            (where, device),
            (site("find", where, call.name), site("use", test)),
            f"try_module_get({device}->dev.driver->owner)",
            1,
        ),
    )
