"""An error path leaves registered what the teardown would unregister.

What it finds
    A module init, a probe or another function that sets something up registers a notifier, a driver, a file
    of debugfs or proc, an ops table or a hook; then a later step fails, and it returns the error without
    taking the registration back.

Why it breaks
    A failed init frees the text of the module, a failed probe the memory of its device; nobody calls exit or
    remove after that. The core still has the registration, and calls what is gone at the next event.

Example
    static int __init foo_init(void)
    {
            int err = register_netdevice_notifier(&foo_notifier);

            if (err)
                    return err;
            return genl_register_family(&foo_family);       /* fails: the notifier stays */
    }

Instead
    Take back on each error path what was registered before it, last one first; or register last.

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
    Fixed between Linux 6.12 and 7.3 in ip6_route_init(), kvm_init() and dw_mipi_dsi_host_attach().
"""

from __future__ import annotations

from collections.abc import Iterator

from lastput.audit.left_finding import told
from lastput.facts.base import Facts
from lastput.schema.finding import Finding

CODE = "FIL006"
NAME = "registration-left-on-error"


def run(facts: Facts) -> Iterator[Finding]:
    yield from told(facts, CODE, __file__, None)
