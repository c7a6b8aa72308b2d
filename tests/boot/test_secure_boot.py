# SPDX-License-Identifier: BSD-2-Clause
"""What is started under Secure Boot, and what is refused: with which words, and that nothing ran and nothing was measured.

The loader itself is signed in each state. Behind it is a boot option that prints the PCRs: what was
refused must have left the operating system's as they were.
"""

import pytest

import report
import secure_boot
import tpm
from artifacts import kernel_path
from test_boots import EXIT_OF_PASS

KERNEL = "tk64n8"
ENTRY = "title Test\npvh /kernel.elf\noptions pvhtest.tpm\n".encode()


def start(boot, name, state, program, files=None, options=""):
    """Boots a machine in that state with a TPM; returns the result and its text."""
    folder = boot.folder(name)
    store = secure_boot.write_disk(state, folder, program(folder), files, options)
    with tpm.tpm(folder) as devices:
        result = boot.run(name, secure_boot.machine(), folder / "image", store, devices=devices)
    return result, report.plain(result.serial)


def check_booted(result, text):
    """The test kernel is content; returns its report."""
    found = report.test_kernel(text)
    assert found.verdict, "the test kernel did not come to its verdict"
    assert found.failed == []
    assert result.status == EXIT_OF_PASS
    return found


def check_refused(state, text, *says):
    """The firmware went on to its next option, nothing had run, and nothing had been measured."""
    for fragment in says:
        assert fragment in text
    assert "pvhtest:" not in text and "Linux version" not in text, "something was started"
    assert secure_boot.WENT_ON in text
    found = tpm.pcrs(text)
    touched = {pcr for pcr in tpm.UNTOUCHED if found[pcr] != tpm.ZERO}
    assert touched == ({tpm.PCR_OF_SHIM} if state in secure_boot.SHIM_STATES else set())


@pytest.mark.parametrize("state", [
    "db", pytest.param("shim", marks=pytest.mark.slow)])
def test_a_kernel_that_nobody_has_signed_is_refused(state, boot):
    _, text = start(boot, f"secure-boot-plain-{state}", state,
                    lambda folder: secure_boot.signed_loader(state, folder),
                    {"kernel.elf": kernel_path(KERNEL), "loader/entries/test.conf": ENTRY})
    check_refused(state, text, "pvhboot: ", "Secure Boot is on, and ", 'failed to start Boot0000 "pvhboot"')


@pytest.mark.slow
@pytest.mark.parametrize("state", ["off", "setup"])
def test_where_secure_boot_is_off_any_kernel_boots(state, boot):
    result, text = start(boot, f"secure-boot-plain-{state}", state,
                         lambda folder: secure_boot.signed_loader(state, folder),
                         {"kernel.elf": kernel_path(KERNEL), "loader/entries/test.conf": ENTRY})
    check_booted(result, text)
    found = tpm.pcrs(text)
    assert found[12] == tpm.pcr_12("pvhtest.tpm")
    assert found[11] == tpm.ZERO
