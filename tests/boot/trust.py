# SPDX-License-Identifier: BSD-2-Clause
"""One boot of a machine with Secure Boot and a TPM, and what must have come of it."""

import re
import zlib
from dataclasses import dataclass

import report
import secure_boot
import tpm
from test_boots import EXIT_OF_PASS

# Has the test kernel print the PCRs; what the loader puts in front of the command line of a Linux.
PCRS = "pvhtest.tpm"
LOCKDOWN = "lockdown=integrity"

# Where images are on the disk.
UKI = "EFI/test/uki.efi"


@dataclass(frozen=True)
class Outcome:
    """What a boot printed, and how it ended."""

    state: str
    text: str
    status: int

    def kernel(self):
        """The report of the test kernel, which must be content."""
        found = report.test_kernel(self.text)
        assert found.verdict, "the test kernel did not come to its verdict"
        assert found.failed == []
        assert self.status == EXIT_OF_PASS
        return found

    def check_booted(self, cmdline, modules=()):
        """The test kernel ran with this command line and these modules; returns the PCRs."""
        found = self.kernel()
        assert found.values["cmdline"] == cmdline
        assert [module[:2] for module in found.modules] == [(len(data), zlib.crc32(data)) for data in modules]
        return tpm.pcrs(self.text)

    def check_refused(self, *says):
        """The firmware came to its last option, nothing had run, and nothing had been measured."""
        for fragment in says:
            assert fragment in self.text
        assert "pvhtest:" not in self.text and "Linux version" not in self.text, "something was started"
        assert secure_boot.WENT_ON in self.text
        found = tpm.pcrs(self.text)
        touched = {pcr for pcr in tpm.UNTOUCHED if found[pcr] != tpm.ZERO}
        assert touched == ({tpm.PCR_OF_SHIM} if self.state in secure_boot.SHIM_STATES else set())

    @property
    def tries(self):
        """What was printed at each boot option that the firmware tried."""
        return re.split(r"^(?=BdsDxe: loading )", self.text, flags=re.M)[1:]


def start(boot, folder, state, files, starts):
    """Boots the programs of `starts`, pairs of a file and LoadOptions, one after the other until one is started.

    `folder` is one of boot's, and gives the boot its name.
    """
    store = secure_boot.write_disk(state, folder, files, starts)
    with tpm.tpm(folder) as devices:
        result = boot.run(folder.name, secure_boot.machine(), folder / "image", store, devices=devices)
    return Outcome(state, report.plain(result.serial), result.status)
