# SPDX-License-Identifier: BSD-2-Clause
"""pvhboot-install tells in which state the machine is, and which entries boot in it."""

import pytest
from conftest import ELF
from install_runs import Machine, standard

SHIM_LOCK = "605dab50-e046-4300-abb6-3dd810dd8b23"


def set_state(machine, secure_boot, setup=b"\0", insecure=None):
    machine.variables.write("SecureBoot", secure_boot)
    machine.variables.write("SetupMode", setup)
    if insecure is not None:
        machine.variables.write("MokSBStateRT", insecure, SHIM_LOCK)


@pytest.fixture
def machine(tmp_path):
    machine = standard(tmp_path)
    machine.place("kernel", ELF)
    machine.place("loader/entries/a b.conf", b"linux /kernel\n")
    machine.place("loader/entries/0.conf", b"linux /gone\n")
    return machine


UNSIGNED = "  a b.conf: refused: /kernel: Secure Boot is on, and this file is not signed"
BOOTS = "  a b.conf: boots\n"


@pytest.mark.parametrize("variables, sentence, verdict", [
    ((b"\1",), "Secure Boot: on, the firmware refuses pvhboot", f"with Secure Boot on:\n{UNSIGNED}"),
    ((b"\0",), "Secure Boot: off", f"with Secure Boot off:\n{BOOTS}"),
    ((b"\0", b"\1"), "Secure Boot: off, setup mode", f"with Secure Boot off:\n{BOOTS}"),
    ((b"\1", b"\1"), "Secure Boot: off, setup mode", f"with Secure Boot off:\n{BOOTS}"),
    ((b"\1", b"\0", b"\1"), "Secure Boot: on, but shim's validation is switched off", f"with Secure Boot insecure:\n{BOOTS}"),
    ((b"\1", b"\0", b"\0"), "Secure Boot: on, the firmware", f"with Secure Boot on:\n{UNSIGNED}"),
    ((b"\2",), "Secure Boot: its variables cannot be read", "with Secure Boot unknown:\n  a b.conf: refused: only what is inside the loader's image is started\n"),
    ((b"\1", b""), "Secure Boot: its variables cannot be read", "with Secure Boot unknown:\n"),
])
def test_states(machine, variables, sentence, verdict):
    set_state(machine, *variables)
    said = machine.call("status", status=3)
    assert f"\n{sentence}" in said and verdict in said
    assert "  0.conf: not bootable, pvhinfo --esp says why\n" in said


def test_firmware_without_secure_boot(machine):
    machine.variables.path("SecureBoot").unlink()
    assert "\nSecure Boot: off\n" in machine.call("status", status=3)


def test_a_system_without_variables(tmp_path):
    """As one that was started through PVH."""
    machine = Machine(tmp_path)
    machine.place("kernel", ELF)
    machine.place("loader/entries/a b.conf", b"linux /kernel\n")
    said = machine.call("status", status=3)
    assert "EFI variables: none; not started by EFI, or through PVH: whether Secure Boot is on cannot be told" in said
    assert f"with Secure Boot on:\n{UNSIGNED}" in said


def test_without_entries_there_is_no_list(tmp_path):
    assert "with Secure Boot" not in standard(tmp_path).call("status", status=3)
