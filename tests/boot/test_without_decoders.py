# SPDX-License-Identifier: BSD-2-Clause
"""A loader built without decoders says so about a packed kernel, and boots a bare one."""

import media
import packing
import qemu
import report
import scenario
import variables
from artifacts import LOADER_WITHOUT_DECODERS, kernel_path, required
from qemu import Machine
from scenario import LOADER_COMMAND
from test_boots import EXIT_OF_PASS
from test_errors import cases

# By what packing.py calls them, and as the loader names their format.
PACKERS = {"gz": "gzip", "xz": "xz", "zst": "zstd", "lz4": "lz4", "lz4-legacy": "lz4 (legacy)"}


def script():
    commands = []
    for packer in PACKERS:
        commands += [f"echo case {packer}", f"{LOADER_COMMAND} \\kernel.{packer}", "echo status %lasterror%"]
    return scenario.script(*commands, f"{LOADER_COMMAND} \\kernel.elf without=decoders")


def write_image(path):
    kernel = kernel_path("tk64n8")
    files = {f"kernel.{packer}": packing.packed(kernel, (packer,)) for packer in PACKERS}
    media.write_disk(path, {**files, "kernel.elf": kernel, scenario.SCRIPT: script(),
                            scenario.INSTALLED: required(LOADER_WITHOUT_DECODERS)})


def test_loader_without_decoders(boot):
    image = boot.folder("without-decoders") / "image"
    write_image(image)
    store = variables.add_boot_options(qemu.firmware_variables(Machine()), [scenario.shell_option()])
    result = boot.run("without-decoders", Machine(), image, store)
    for packer, name in PACKERS.items():
        [(lines, status)] = cases(result.serial, packer)
        assert len(lines) == 1 and status != 0, lines
        assert f"kernel.{packer}: {name}: this pvhboot was built without its decoder" in lines[0]
    found = report.test_kernel(report.plain(result.serial))
    assert found.failed == [] and found.values["cmdline"] == "without=decoders"
    assert result.status == EXIT_OF_PASS
