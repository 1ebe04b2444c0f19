"""How bad a finding is: the same fault, where different people can bring it about."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lastput.audit.reach import GRADES
from lastput.audit.registry import all_rules
from lastput.cli.main import main
from lastput.schema.severity import Severity

Capture = pytest.CaptureFixture[str]

#: A work item that nobody waits for; what is put in begins and ends the device, and arms the work.
_DRIVER = """\
struct foo {{ struct work_struct work; }};
static void foo_work(struct work_struct *work) {{ poll(work); }}
{arm}
static int foo_probe(struct device *d)
{{
	struct foo *foo = kzalloc(sizeof(*foo), GFP_KERNEL);
	INIT_WORK(&foo->work, foo_work);
	set_drvdata(d, foo);
	return 0;
}}
static void foo_remove(struct device *d)
{{
	struct foo *foo = get_drvdata(d);
	kfree(foo);
}}
static struct {bus} foo_driver = {{ .probe = foo_probe, .{ends} = foo_remove }};
"""
_OPEN = """\
static int foo_open(struct inode *i, struct file *f)
{ struct foo *foo = f->private_data; schedule_work(&foo->work); return 0; }
static const struct file_operations foo_fops = { .owner = THIS_MODULE, .open = foo_open };
"""
_IRQ = """\
static irqreturn_t foo_irq(int irq, void *data)
{ struct foo *foo = data; schedule_work(&foo->work); return 0; }
static int foo_irqs(struct foo *foo) { return request_irq(1, foo_irq, 0, "foo", foo); }
"""
_DEBUGFS = (
    _OPEN
    + """\
static void foo_files(struct foo *foo) { debugfs_create_file("foo", 0600, NULL, foo, &foo_fops); }
"""
)


def _severity(tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch, **parts: str) -> Severity:
    monkeypatch.setenv("LASTPUT_CACHE", str(tmp_path / "cache"))
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / "Makefile").write_text("obj-m := foo.o\n")
    (tree / "foo.c").write_text(_DRIVER.format(**parts) + "module_driver(foo_driver, a, b);\n")
    assert main(["audit", str(tree), "--rules", "WRK001", "--confidence", "low", "--format", "json"]) == 1
    (finding,) = map(json.loads, capsys.readouterr().out.splitlines())
    return Severity(**finding["severity"])


@pytest.mark.parametrize(
    ("bus", "ends", "arm", "who", "level"),
    [
        ("usb_driver", "disconnect", _OPEN, "plug", "high"),
        ("pci_driver", "remove", _IRQ, "plug", "high"),
        ("platform_driver", "remove_new", _OPEN, "root", "medium"),
        ("platform_driver", "remove", _IRQ, "root", "medium"),
        ("usb_driver", "disconnect", _DEBUGFS, "root", "medium"),
    ],
)
def test_the_side_that_is_hardest_to_bring_about_counts(
    tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch,
    bus: str, ends: str, arm: str, who: str, level: str,
) -> None:  # fmt: skip
    severity = _severity(tmp_path, capsys, monkeypatch, bus=bus, ends=ends, arm=arm)
    assert (severity.who, severity.level) == (who, level)
    assert severity.reason.startswith(f"{severity.error}; {GRADES.who[who].says}")


def test_words_of_the_table_exist() -> None:
    named = {*GRADES.role.values(), *GRADES.fields.values(), *GRADES.tables}
    assert named <= GRADES.who.keys()
    assert set(GRADES.rules.values()) <= GRADES.window.keys() == GRADES.window_says.keys()
    codes = {rule.code for rule in all_rules()}
    assert {code for code in GRADES.rules if len(code) > 3} <= codes
