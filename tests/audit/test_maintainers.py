"""MAINTAINERS as scripts/get_maintainer.pl reads it."""

from __future__ import annotations

import pytest

from lastput.audit.maintainers import Maintainers

_TEXT = """\
List of maintainers

	M: *Mail* patches to: FullName <address@domain>

Maintainers List
----------------

FOO DRIVER
M:	Jane Roe <jane@foo.example>
M:	"Q. Public" <q@foo.example>
L:	netdev@vger.kernel.org
F:	drivers/net/foo/
X:	drivers/net/foo/legacy/
F:	include/linux/foo*.h

NETWORKING DRIVERS
M:	Net Person <net@example.org>
F:	drivers/net/

FOO BY NAME
M:	Name Person <name@example.org>
N:	[^a-z]foobar

ONE FILE
M:	One <one@example.org>
F:	drivers/net/foo/one.c

THE REST
M:	All <all@example.org>
F:	*
F:	*/
"""


@pytest.mark.parametrize(
    ("path", "title"),
    [
        ("drivers/net/foo/main.c", "FOO DRIVER"),
        ("drivers/net/foo/deep/main.c", "FOO DRIVER"),
        ("drivers/net/foo/legacy/main.c", "NETWORKING DRIVERS"),
        ("drivers/net/foo/one.c", "ONE FILE"),
        ("drivers/net/foobar.c", "NETWORKING DRIVERS"),
        ("drivers/net/bar/main.c", "NETWORKING DRIVERS"),
        ("include/linux/foo_x.h", "FOO DRIVER"),
        ("include/linux/foo/x.h", ""),
        ("sound/foobar.c", "FOO BY NAME"),
        ("sound/xfoobar.c", ""),
        ("mm/slab.c", ""),
    ],
)
def test_the_most_exact_section_counts(path: str, title: str) -> None:
    area = Maintainers(_TEXT).of(path)
    assert (area.title if area else "") == title


def test_people() -> None:
    area = Maintainers(_TEXT).of("drivers/net/foo/main.c")
    assert area is not None
    assert area.people == ("Jane Roe <jane@foo.example>", "Q. Public <q@foo.example>")


def test_a_tree_without_the_file() -> None:
    assert Maintainers("").of("a.c") is None
