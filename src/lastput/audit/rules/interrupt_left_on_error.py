"""An error path of probe leaves an interrupt requested.

What it finds
    A probe, or another function that sets a device up, requests an interrupt without devm; a later step
    fails, and it returns the error without free_irq().

Why it breaks
    The memory of the failed device is freed, and the handler is called with it: at the next interrupt, or, if
    the line is shared, at the next one of another device.

Example
    static int foo_probe(struct i2c_client *client)
    {
            ret = request_threaded_irq(client->irq, NULL, foo_irq, IRQF_ONESHOT, "foo", foo);
            if (ret)
                    return ret;
            return devm_snd_soc_register_component(&client->dev, &foo_component, NULL, 0);
    }

Instead
    free_irq() on the error path; or devm_request_threaded_irq(), if all that the handler uses was made by
    devm before it.

How lastput knows
    A call begins something live if the core can come to functions of the module by what it is given, and if
    the tree has a call that undoes it: the same words but one (x_register, x_unregister), and the same type
    of object. The module calls that one too: on another way out, or in a function that stands in the same
    table, or in its exit. From the begin on, a way out that reports failure passes none of these, nor do the
    functions that call it. Where the core itself calls the other function of the table when the first one
    fails, as comedi does, there is no finding.

Known limits
    A count that says who registers first and who last is not understood. A condition on the way that jumps
    over the undoing call makes it of low confidence.

History
    Fixed between Linux 6.12 and 7.3 in rt286_i2c_probe() and rt298_i2c_probe().
"""

from __future__ import annotations

from collections.abc import Iterator

from lastput.audit.left_finding import told
from lastput.facts.base import Facts
from lastput.schema.finding import Finding

CODE = "WRK007"
NAME = "interrupt-left-on-error"


def run(facts: Facts) -> Iterator[Finding]:
    yield from told(facts, CODE, __file__, ("irq", "irq_thread"))
