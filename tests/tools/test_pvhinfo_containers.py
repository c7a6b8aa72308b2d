# SPDX-License-Identifier: BSD-2-Clause
"""Kernels that are wrapped in something: pvhinfo sees through it, or says what is wrong with it."""

import gzip
import lzma
import random
import resource
import struct
import subprocess
import zlib

import pytest
from conftest import ELF, bzimage
from pvhinfo_runs import KERNELS, LINUX, MAPS, PROGRAM, linux, pvhinfo, results

SIZE = struct.pack("<I", len(ELF))


def by_program(*command):
    return lambda data: subprocess.run(command, input=data, stdout=subprocess.PIPE, check=True).stdout


def xz(data):
    return lzma.compress(data, check=lzma.CHECK_CRC32)


zstd = by_program("zstd", "-cq")
lz4 = by_program("lz4", "-cq")
lz4_legacy = by_program("lz4", "-lcq")

# What wraps the ELF, as pvhinfo calls it, and the bytes.
WRAPPED = [
    (["gzip"], gzip.compress(ELF)),
    (["xz"], xz(ELF)),
    (["zstd"], zstd(ELF)),
    (["lz4"], lz4(ELF)),
    (["bzImage"], bzimage(ELF + SIZE)),
    (["bzImage", "gzip"], bzimage(gzip.compress(ELF))),
    (["bzImage", "xz"], bzimage(xz(ELF) + SIZE)),
    (["bzImage", "zstd"], bzimage(zstd(ELF) + SIZE)),
    (["bzImage", "lz4 (legacy)"], bzimage(lz4_legacy(ELF) + SIZE)),
    (["gzip", "bzImage", "xz"], gzip.compress(bzimage(xz(ELF) + SIZE))),
    (["zstd", "xz", "gzip"], zstd(xz(gzip.compress(ELF)))),
]


NAMES = ["+".join(containers) for containers, _ in WRAPPED]


@pytest.mark.parametrize("containers, content", WRAPPED, ids=NAMES)
def test_a_wrapped_kernel_is_what_it_is_without(tmp_path, containers, content):
    plain, wrapped, out = (tmp_path / name for name in ("plain", "wrapped", "out"))
    plain.write_bytes(ELF)
    wrapped.write_bytes(content)
    expected, = results(plain)
    found, = results("--extract", out, wrapped)
    unpacked = "QEMU, Cloud Hypervisor and Firecracker start only the ELF file in it by PVH: --extract writes it"
    assert found == {**expected, "file": str(wrapped), "containers": containers, "elsewhere": [unpacked, *expected["elsewhere"]]}
    assert out.read_bytes() == ELF
    assert f"\n  container    {', '.join(containers)}\n" in pvhinfo(wrapped).stdout
    placed = pvhinfo("--map", MAPS / "hp-2000-1858.map", wrapped).stdout
    assert placed == pvhinfo("--map", MAPS / "hp-2000-1858.map", plain).stdout.replace(str(plain), str(wrapped))


@pytest.mark.parametrize("name", LINUX)
def test_debians_kernels_as_they_are_shipped(tmp_path, name):
    found, = results("--extract", tmp_path / "out", KERNELS / name / "vmlinuz")
    assert found["bootable"] and found["containers"][0] == "bzImage"
    assert (tmp_path / "out").read_bytes() == linux(name).read_bytes()


@pytest.mark.parametrize("containers, content", WRAPPED, ids=NAMES)
def test_what_is_cut_off_is_refused(tmp_path, containers, content):
    """At many places of the file, each refused with a sentence; nothing is extracted."""
    paths = []
    for length in range(1, len(content) - len(b"signature"), max(1, len(content) // 40)):
        paths.append(tmp_path / str(length))
        paths[-1].write_bytes(content[:length])
    found = results(*paths, status=1)
    assert len(found) == len(paths) >= 20
    assert all(not one["bootable"] and one["error"] for one in found)
    out = tmp_path / "out"
    assert pvhinfo("--extract", out, paths[-1]).returncode == 1
    assert not out.exists()


def test_damage_is_refused_by_container_and_offset(tmp_path):
    content = bytearray(xz(ELF))
    content[len(content) // 2] ^= 0x10
    (tmp_path / "kernel").write_bytes(content)
    done = pvhinfo(tmp_path / "kernel")
    assert done.returncode == 1 and done.stderr.startswith(f"{tmp_path}/kernel: xz: damaged at offset 0x")
    assert done.stdout.startswith(f"{tmp_path}/kernel: not bootable\n  container    xz\n")


@pytest.mark.parametrize("inner", [gzip.compress(ELF), bzimage(lz4_legacy(ELF) + SIZE), bzimage(ELF + SIZE)],
                         ids=["gzip", "packed-bzimage", "bzimage"])
def test_containers_in_containers(tmp_path, inner):
    """A bzImage counts as one, whatever its payload is packed in."""
    (tmp_path / "three").write_bytes(xz(gzip.compress(inner)))
    (tmp_path / "four").write_bytes(zstd(xz(gzip.compress(inner))))
    assert pvhinfo(tmp_path / "three").returncode == 0
    done = pvhinfo(tmp_path / "four")
    assert done.returncode == 1 and "more than 3 nested containers; unpack it" in done.stderr


@pytest.mark.parametrize("containers, content", [
    pytest.param(*row, id="-".join(row[0])) for row in WRAPPED if row[0][0] != "bzImage"])
@pytest.mark.parametrize("more", [b"x", b"-----BEGIN SIGNATURE-----"], ids=len)
def test_what_follows_is_told_from_damage(tmp_path, containers, content, more):
    (tmp_path / "kernel").write_bytes(content + more)
    done = pvhinfo(tmp_path / "kernel")
    assert done.returncode == 1
    assert f"{containers[0]}: it ends at offset {len(content):#x}, but {len(more)} bytes follow; " in done.stderr


def test_what_follows_a_legacy_file(tmp_path):
    content = lz4_legacy(ELF)
    (tmp_path / "kernel").write_bytes(content + b"signature")
    assert f"it ends at offset {len(content):#x}, but 9 bytes follow" in pvhinfo(tmp_path / "kernel").stderr
    (tmp_path / "kernel").write_bytes(content[:-1])
    assert "lz4 (legacy): truncated: " in pvhinfo(tmp_path / "kernel").stderr


def zeros_in_gzip(chunks, size):
    """So many chunks of 1 MiB, and any size behind them; not one of the checksums is right."""
    packer = zlib.compressobj(wbits=31)
    header = packer.compress(b"") + packer.flush(zlib.Z_SYNC_FLUSH)
    chunk = packer.compress(bytes(1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    return header + chunk * chunks + struct.pack("<II", 0, size)


@pytest.mark.parametrize("size", [0, 1200 << 20], ids=["4-GiB", "1200-MiB"])
def test_more_than_any_kernel_has(tmp_path, size):
    """gzip counts modulo 4 GiB. What is too large is not kept, whatever it says."""
    (tmp_path / "kernel").write_bytes(zeros_in_gzip(1200, size))
    memory = (100 << 20, 100 << 20)
    done = pvhinfo(tmp_path / "kernel", program=PROGRAM,
                   preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, memory))
    assert done.returncode == 1
    assert done.stderr == (f"{tmp_path}/kernel: gzip: it unpacks to more than 1024.0 MiB, the limit for a kernel; "
                           "if it is a kernel, strip it\n")


@pytest.mark.parametrize("content, words", [
    (b"MZ\0\x91".ljust(0x38, b"\0") + b"ARM\x64" + bytes(100), "an ARM kernel (Image); use an x86 kernel"),
    (b"MZ".ljust(1000, b"\0"), "an EFI program; the firmware can start it without pvhboot"),
], ids=["arm64", "efi"])
def test_other_kernels_are_called_what_they_are(tmp_path, content, words):
    for name, packed in (("plain", content), ("packed", gzip.compress(content))):
        (tmp_path / name).write_bytes(packed)
        assert pvhinfo(tmp_path / name).stderr == f"{tmp_path}/{name}: not an ELF file: it is {words}\n"


def test_a_container_of_something_else(tmp_path):
    (tmp_path / "kernel").write_bytes(gzip.compress(b"no kernel" * 100))
    done = pvhinfo("--extract", tmp_path / "out", tmp_path / "kernel")
    assert done.returncode == 1 and "not an ELF file" in done.stderr
    assert not (tmp_path / "out").exists()


def parts_of(chance, data):
    """Data in up to five parts, some of them empty."""
    cuts = sorted(chance.randrange(len(data) + 1) for _ in range(chance.randrange(5)))
    return [data[start:end] for start, end in zip([0, *cuts], [*cuts, len(data)])]


def zeros(chance):
    return bytes(chance.choice([0, 0, 4, 8, 512, 3, 1]))


def skippable(chance):
    count = chance.choice([0, 0, 1, 2])
    return b"".join(struct.pack("<II", 0x184d2a50 + chance.randrange(16), size) + chance.randbytes(size)
                    for size in (chance.choice([0, 5, 700]) for _ in range(count)))


def any_xz(chance):
    lzma2 = {"id": lzma.FILTER_LZMA2, "dict_size": chance.choice([1 << 12, 1 << 16, 1 << 20, 3 << 20])}
    check = chance.choice([lzma.CHECK_CRC32, lzma.CHECK_CRC64, lzma.CHECK_SHA256, lzma.CHECK_NONE])
    filters = [{"id": lzma.FILTER_X86}, lzma2] if chance.random() < 0.3 else [lzma2]
    return lambda data: lzma.compress(data, check=check, filters=filters)


# The tool, a member's packer, what stands in front of members and behind the last one.
FORMATS = {
    "gzip": (lambda chance: lambda data: gzip.compress(data, chance.randrange(10)), lambda chance: b"", zeros),
    "xz": (any_xz, lambda chance: b"", zeros),
    "zstd": (lambda chance: lambda data: by_program("zstd", "-cq", *chance.choice([[], ["--no-check"], ["-19"], [
        f"--stream-size={len(data)}"]]))(data), skippable, skippable),
    "lz4": (lambda chance: by_program("lz4", "-cq", *chance.choice([["-l"], ["-B4"], ["-BD"], ["-B5", "-BX"], []])),
            skippable, skippable),
}


@pytest.mark.parametrize("seed", range(24))
@pytest.mark.parametrize("tool", FORMATS)
def test_archives_of_several_members_come_out_as_from_their_tool(tmp_path, tool, seed):
    """What the tool takes without a warning comes out the same; what it does not is refused."""
    packer, before, behind = FORMATS[tool]
    chance = random.Random(f"{tool} {seed}")
    content = b""
    for part in parts_of(chance, ELF):
        content += before(chance) + packer(chance)(part)
        if tool == "xz" and chance.random() < 0.3:
            content += bytes(chance.choice([4, 64, 2]))
    content += behind(chance)
    if chance.random() < 0.15:
        content += chance.choice([b"garbage", b"\x1f", b"\xfd7zXZ", b"\0\0\0\0x"])
    by_tool = subprocess.run([tool, "-dc"], input=content, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    (tmp_path / "kernel").write_bytes(content)
    done = pvhinfo("--extract", tmp_path / "out", tmp_path / "kernel")
    if by_tool.returncode == 0 and not by_tool.stderr:
        assert by_tool.stdout == ELF
        assert done.returncode == 0, done.stderr
        assert (tmp_path / "out").read_bytes() == ELF
    else:
        assert done.returncode == 1 and done.stderr
        assert not (tmp_path / "out").exists()


def xz_asking_for(code):
    """Of which the header asks for a dictionary of that code's size: 2 GiB are 38, 768 MiB are 35."""
    content = bytearray(xz(ELF))
    content[16] = code
    content[20:24] = struct.pack("<I", zlib.crc32(content[12:20]))  # the block's header has 12 bytes
    return bytes(content)


@pytest.mark.parametrize("arguments", [[], ["--map", MAPS / "hp-2000-1858.map"]], ids=["alone", "map"])
def test_a_dictionary_above_the_limit_takes_nothing(tmp_path, arguments):
    (tmp_path / "kernel").write_bytes(xz_asking_for(38))
    memory = (100 << 20, 100 << 20)
    done = pvhinfo(*arguments, tmp_path / "kernel", program=PROGRAM,
                   preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, memory))
    assert done.returncode == 1
    assert "xz: unpacking needs 2048." in done.stderr and "the limit is 1024.0 MiB in total" in done.stderr


def test_unpacking_has_to_fit_the_machine(tmp_path):
    """A machine with 160 MiB, of which xz wants 768 for itself."""
    (tmp_path / "kernel").write_bytes(xz_asking_for(35))
    assert pvhinfo(tmp_path / "kernel").returncode == 0
    done = pvhinfo("--map", next(MAPS.rglob("gen-ovmf-deb12-q35-160M.map")), tmp_path / "kernel")
    assert done.returncode == 1
    assert "xz: not enough memory: the boot needs at least 768." in done.stderr
    (tmp_path / "kernel").write_bytes(xz(ELF))
    assert pvhinfo("--map", next(MAPS.rglob("gen-ovmf-deb12-q35-160M.map")), tmp_path / "kernel").returncode == 0
