/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The one list of errors, shared by the loader and the host tools. A row is
 *
 *     ERROR_ROW(CODE, ABOUT, STATUS, REMEDY, "sentence")
 *
 * ABOUT   FILE: the sentence is prefixed with the error's name; MACHINE: it is not.
 * STATUS  the EFI status returned to the firmware's boot manager; FIRMWARE stands for the status
 *         that the firmware itself returned.
 * REMEDY  what to do about it, from the list in pvh/messages.c; NONE when the sentence says it.
 *
 * Placeholders are a letter and the index of one of the error's numbers: {d0} decimal, {x0}
 * hexadecimal, {e0} hexadecimal of an exclusive end, minus 1, {s0} a size, {m0} a memory class,
 * {f0} a free range made of this number and the next, {b0} what blocks a span (all five numbers),
 * {n0} the list of notes, {c0} the content, recognized by its first bytes and those at 0x38, {k0}
 * a container format. Without an index: {N} the name, {t} the reason, {w} the firmware's status in
 * words.
 *
 * No include guard: includers define ERROR_ROW first.
 */
/* clang-format off */
ERROR_ROW(OUT_OF_MEMORY, MACHINE, OUT_OF_RESOURCES, MEMORY,
    "the firmware has no memory left for the loader's own tables")
ERROR_ROW(READ, FILE, DEVICE_ERROR, COPY, "cannot be read")

/* The kernel file. */
ERROR_ROW(TOO_SHORT, FILE, LOAD_ERROR, COPY,
    "not an ELF file: it has only {d0} bytes")
ERROR_ROW(NOT_ELF, FILE, LOAD_ERROR, NONE,
    "not an ELF file{c0}")
ERROR_ROW(ELF_HEADER, FILE, LOAD_ERROR, COPY,
    "damaged ELF header (class {d0}, byte order {d1})")
ERROR_ROW(ELF_BIG_ENDIAN, FILE, LOAD_ERROR, X86,
    "built for a big-endian processor")
ERROR_ROW(ELF_MACHINE, FILE, LOAD_ERROR, X86,
    "built for another processor (ELF machine {d0})")
ERROR_ROW(ELF_TYPE, FILE, LOAD_ERROR, NAME,
    "not an executable (ELF type {d0})")
ERROR_ROW(HEADERS_OUTSIDE_FILE, FILE, LOAD_ERROR, COPY,
    "damaged or truncated: {d1} ELF headers of {d2} bytes at offset {x0}, but the file has "
    "{d3} bytes")
ERROR_ROW(NO_SEGMENTS, FILE, LOAD_ERROR, NAME,
    "nothing to load: it has no PT_LOAD segment")
ERROR_ROW(SEGMENT_TRUNCATED, FILE, LOAD_ERROR, COPY,
    "truncated: segment {d0} needs {d2} bytes at offset {x1}, but the file has {d3} bytes")
ERROR_ROW(SEGMENT_SIZES, FILE, LOAD_ERROR, COPY,
    "damaged: segment {d0} has more bytes in the file ({x1}) than in memory ({x2})")
ERROR_ROW(SEGMENT_WRAPS, FILE, LOAD_ERROR, RELINK,
    "segment {d0} wraps around the end of the address space ({x2} bytes at {x1})")
ERROR_ROW(SEGMENT_TOO_HIGH, FILE, LOAD_ERROR, RELINK,
    "segment {d0} is above 4 GiB ({x1}-{e2}), out of reach of PVH's 32-bit entry")
ERROR_ROW(SEGMENTS_OVERLAP, FILE, LOAD_ERROR, RELINK,
    "segments {d0} and {d1} overlap at {x2}-{e3}")
ERROR_ROW(NO_ENTRY_NOTE, FILE, LOAD_ERROR, NONE,
    "no PVH entry note (found: {n0})")
ERROR_ROW(NOTES_TRUNCATED, FILE, LOAD_ERROR, COPY,
    "its notes are cut off before any PVH entry note (found: {n0})")
ERROR_ROW(ENTRY_NOTE_SIZE, FILE, LOAD_ERROR, NOTE,
    "its PVH entry note has {d0} bytes instead of 4 or 8")
ERROR_ROW(ENTRY_NOTE_HIGH, FILE, LOAD_ERROR, NOTE,
    "its PVH entry {x0} is not a 32-bit address")
ERROR_ROW(ENTRY_OUTSIDE, FILE, LOAD_ERROR, NOTE,
    "its PVH entry {x0} is outside the file data of its segments ({x1}-{e2})")

/* The machine, and the firmware's memory map. */
ERROR_ROW(PLATFORM_XEN, MACHINE, UNSUPPORTED, NONE,
    "this machine is a Xen guest: the kernel would expect to be started by Xen; let Xen start it "
    "(type = \"pvh\")")
ERROR_ROW(PLATFORM_SEV, MACHINE, UNSUPPORTED, STUB,
    "this machine's memory is encrypted (AMD SEV): a kernel entered through PVH cannot read it")
ERROR_ROW(PLATFORM_TDX, MACHINE, UNSUPPORTED, STUB,
    "this machine is a trust domain (Intel TDX): a kernel entered through PVH cannot run in it")
ERROR_ROW(NO_LONG_MODE, FILE, UNSUPPORTED, NONE,
    "is a 64-bit kernel, but this processor has no 64-bit mode; use a 32-bit kernel")
ERROR_ROW(MAP_STRIDE, MACHINE, OUT_OF_RESOURCES, UPDATE,
    "the firmware's memory map has descriptors of {d0} bytes, but UEFI requires at least 40")
ERROR_ROW(MAP_TOO_LARGE, MACHINE, OUT_OF_RESOURCES, AGAIN,
    "the firmware's memory map grew to {d0} descriptors, but there is room for only {d1}")
ERROR_ROW(MAP_FRAGMENTED, MACHINE, OUT_OF_RESOURCES, UPDATE,
    "the memory map has {d0} ranges that cannot be merged, but kernels take at most {d1}")
ERROR_ROW(MAP_CHANGED, MACHINE, OUT_OF_RESOURCES, AGAIN,
    "the firmware took back memory meant for the kernel: {x0}-{e1} is now {m2}")
ERROR_ROW(ACPI_ROOT_DAMAGED, MACHINE, UNSUPPORTED, UPDATE,
    "the firmware's ACPI table {t} at {x0} is damaged, so the kernel gets no screen and no logs "
    "from pvhboot")

/* Placement. */
ERROR_ROW(SPAN_TAKEN, FILE, OUT_OF_RESOURCES, MOVE,
    "{b0}")
ERROR_ROW(SPAN_WITHOUT_MEMORY, FILE, OUT_OF_RESOURCES, MEMORY,
    "{b0}")
ERROR_ROW(SPAN_TAKEN_BY_NVS, FILE, OUT_OF_RESOURCES, NVS,
    "{b0}")
ERROR_ROW(RELOCATION_NOTE, FILE, LOAD_ERROR, NONE,
    "{b0}, and its PHYS32_RELOC note cannot be satisfied; fix the note's alignment and "
    "limits")
ERROR_ROW(NO_ROOM_TO_RELOCATE, FILE, OUT_OF_RESOURCES, MEMORY,
    "{b0}, and there is no room to move it within the limits of its PHYS32_RELOC note")
ERROR_ROW(NO_ROOM_TO_RELOCATE_NVS, FILE, OUT_OF_RESOURCES, MEMORY_NVS,
    "{b0}, and there is no room to move it within the limits of its PHYS32_RELOC note")
ERROR_ROW(NO_ROOM_FOR_MODULE, FILE, OUT_OF_RESOURCES, MODULE,
    "not enough memory for this module of {s1}: {f2}")
ERROR_ROW(NO_ROOM_FOR_BOOT_INFO, FILE, OUT_OF_RESOURCES, NONE,
    "not enough memory below 1 GiB for the boot info ({s0}); shorten the command lines or add "
    "memory")
ERROR_ROW(NO_ROOM_FOR_TRAMPOLINE, FILE, OUT_OF_RESOURCES, MEMORY,
    "not enough memory below 4 GiB for the trampoline ({s0})")
ERROR_ROW(NO_ROOM_FOR_STAGING, FILE, OUT_OF_RESOURCES, MEMORY,
    "not enough memory: the boot needs {s0} below 4 GiB, but only {s1} is free")

/* Containers of a kernel: bzImage and compression formats. */
ERROR_ROW(PE_SECTION_OUTSIDE, FILE, LOAD_ERROR, COPY,
    "damaged or truncated: a PE section has {d1} bytes at offset {x0}, but the file has {d2} bytes")
ERROR_ROW(PE_SECTIONS_OVERLAP, FILE, LOAD_ERROR, COPY,
    "damaged: two PE sections overlap at offset {x0}")
ERROR_ROW(BZIMAGE_OLD, FILE, LOAD_ERROR, NONE,
    "a bzImage of boot protocol {d0}.0{d1}, which does not say where its kernel is; use "
    "Linux 2.6.26 or later")
ERROR_ROW(PAYLOAD_OUTSIDE, FILE, LOAD_ERROR, COPY,
    "truncated: the bzImage's payload ends at byte {d0}, but the file has {d1} bytes")
ERROR_ROW(PAYLOAD_UNKNOWN, FILE, LOAD_ERROR, NONE,
    "a bzImage with an unknown payload{c0}")
ERROR_ROW(UNPACK_TRUNCATED, FILE, LOAD_ERROR, COPY,
    "{k0}: truncated: more data expected at offset {x1}")
ERROR_ROW(UNPACK_DAMAGED, FILE, LOAD_ERROR, COPY,
    "{k0}: damaged at offset {x1} ({t})")
ERROR_ROW(UNPACK_UNSUPPORTED, FILE, LOAD_ERROR, PACK,
    "{k0}: uses a feature that is not supported ({t})")
ERROR_ROW(UNPACK_ABSENT, FILE, LOAD_ERROR, UNPACK,
    "{k0}: this pvhboot was built without its decoder")
ERROR_ROW(UNPACK_TRAILING, FILE, LOAD_ERROR, PACK,
    "{k0}: it ends at offset {x1}, but {d2} bytes follow")
ERROR_ROW(UNPACK_MEMORY, FILE, OUT_OF_RESOURCES, MEMORY,
    "{k0}: not enough memory: the boot needs at least {s2}, {s1} of it to unpack the kernel, "
    "but only {s3} is free, {s4} of it in one piece")
ERROR_ROW(UNPACKED_SIZE, FILE, LOAD_ERROR, COPY,
    "{k0}: it unpacks to {d1} bytes instead of {d2}")
ERROR_ROW(UNPACKED_TOO_LARGE, FILE, LOAD_ERROR, STRIP,
    "{k0}: it unpacks to more than {s2}, the limit for a kernel")
ERROR_ROW(UNPACK_LIMIT, FILE, LOAD_ERROR, PACK,
    "{k0}: unpacking needs {s1} of memory, and the limit is {s2} in total")
ERROR_ROW(NOT_SEQUENTIAL, FILE, LOAD_ERROR, UNPACK,
    "its parts do not come in the order in which they are needed")
ERROR_ROW(NESTED_TOO_DEEP, FILE, LOAD_ERROR, NONE,
    "more than {d0} nested containers; unpack it")

/* Files and volumes. */
ERROR_ROW(VOLUME_NO_FILE_SYSTEM, MACHINE, FIRMWARE, NONE,
    "the device that pvhboot was started from has no file system ({w}); start it from a disk, "
    "USB stick or CD, or by PXE or HTTP boot")
ERROR_ROW(VOLUME_OPEN, MACHINE, FIRMWARE, NONE,
    "cannot open {t}: {w}")
ERROR_ROW(PARTITION_ID, FILE, INVALID_PARAMETER, NONE,
    "not a path on a partition; write PARTUUID=ID:/PATH, with the ID that `lsblk -o PARTUUID` "
    "prints")
ERROR_ROW(PARTITION_UNKNOWN, FILE, NOT_FOUND, NONE,
    "no partition that the firmware knows has this PARTUUID; compare it with `lsblk -o PARTUUID`")
ERROR_ROW(PARTITION_LIST, FILE, FIRMWARE, AGAIN,
    "the firmware cannot list its disks and partitions: {w}")
ERROR_ROW(PARTITION_UNREADABLE, FILE, UNSUPPORTED, NONE,
    "cannot be read: its file system is {t}")
ERROR_ROW(PATH_TOO_LONG, FILE, INVALID_PARAMETER, NONE,
    "the path is too long; shorten it")
ERROR_ROW(PATH_WITH_DRIVE, FILE, FIRMWARE, NONE,
    "cannot be opened; leave out the drive (fs0:): paths start at the root of pvhboot's own "
    "volume")
ERROR_ROW(FILE_MISSING, FILE, NOT_FOUND, NONE,
    "no such file on {t}; paths start at its root")
ERROR_ROW(FILE_OPEN, FILE, FIRMWARE, NONE,
    "cannot be opened: {w}")
ERROR_ROW(FILE_INFO, FILE, FIRMWARE, NONE,
    "cannot read its size: {w}")
ERROR_ROW(FILE_IS_DIRECTORY, FILE, NOT_FOUND, NONE,
    "is a directory; name a file")
ERROR_ROW(FILE_SIZE, FILE, VOLUME_CORRUPTED, NONE,
    "is said to have {d0} bytes; check the file system, or the server that says so")
ERROR_ROW(FILE_OVER_LIMIT, FILE, LOAD_ERROR, NONE,
    "has {d0} bytes, more than the {d1} allowed")
ERROR_ROW(FILE_NO_MEMORY, FILE, OUT_OF_RESOURCES, NONE,
    "not enough memory to read it")
ERROR_ROW(FILE_READ, FILE, FIRMWARE, NONE,
    "cannot read {d0} bytes at offset {x1}: {w}")
ERROR_ROW(FILE_CORRUPTED, FILE, FIRMWARE, NONE,
    "cannot read {d0} bytes at offset {x1}: {w}; {t}")
ERROR_ROW(FILE_SHORT_READ, FILE, END_OF_FILE, NONE,
    "short read at offset {x0}: {d1} of {d2} bytes; the file is truncated or the medium damaged")
ERROR_ROW(DIRECTORY_LIST, FILE, FIRMWARE, NONE,
    "cannot be listed: {w}")
ERROR_ROW(NO_BOOT_SERVER, MACHINE, NOT_FOUND, NONE,
    "the network's answers (DHCP, PXE) do not say which server and which file pvhboot came from; "
    "let the DHCP server name both")
ERROR_ROW(SERVER_REFUSES, FILE, NOT_FOUND, NONE,
    "{t}")
ERROR_ROW(SERVER_READ, FILE, FIRMWARE, NONE,
    "cannot be read from the server: {w}")
ERROR_ROW(TFTP_BLOCKS, FILE, FIRMWARE, NONE,
    "cannot be read from the server: {w}; {d0} bytes may be more than 65535 blocks, after which "
    "not every server goes on; let it agree to larger blocks (blksize), or serve the file by HTTP")
ERROR_ROW(SERVER_SIZE, FILE, LOAD_ERROR, NONE,
    "the server announced {d0} bytes and sent {d1}; try again")

/* Modules, and the initrd offered through Linux's initrd media device path. */
ERROR_ROW(MODULE_EMPTY, FILE, LOAD_ERROR, NONE,
    "the file is empty; copy it again")
ERROR_ROW(INITRD_EMPTY, FILE, LOAD_ERROR, NONE,
    "the file is empty and is left out of the initrd")
ERROR_ROW(MODULE_TOO_LARGE, FILE, OUT_OF_RESOURCES, NONE,
    "is too large; use a smaller file")
ERROR_ROW(INITRD_MEDIA_FIND, FILE, FIRMWARE, NONE,
    "cannot be located: {w}")
ERROR_ROW(INITRD_MEDIA_SIZE, FILE, FIRMWARE, NONE,
    "cannot get its size: {w}")
ERROR_ROW(INITRD_MEDIA_READ, FILE, FIRMWARE, NONE,
    "cannot be read: {w}")
ERROR_ROW(INITRD_MEDIA_CHANGED, FILE, LOAD_ERROR, NONE,
    "announced {d0} bytes, but delivered {d1}")

/* Other EFI programs. */
ERROR_ROW(NO_PROGRAM, FILE, UNSUPPORTED, NONE,
    "is not an EFI program for " FIRMWARE_ARCHITECTURE "; name one")
ERROR_ROW(PROGRAM_MISSING, FILE, NOT_FOUND, NONE,
    "no such file; paths start at the root of the entry's volume")
ERROR_ROW(PROGRAM_LOAD, FILE, FIRMWARE, NONE,
    "cannot be started: {w}")
ERROR_ROW(PROGRAM_OPTIONS, FILE, FIRMWARE, NONE,
    "the firmware cannot pass options to it: {w}")
ERROR_ROW(EXTRAS_NOT_OFFERED, FILE, FIRMWARE, NONE,
    "the entry's credentials and extensions cannot be passed to it as an initrd: {w}")
ERROR_ROW(NO_DRIVER, FILE, UNSUPPORTED, NONE,
    "is not an EFI driver and is not started; keep only drivers in this directory")
ERROR_ROW(DRIVER_UNDER_SHIM, FILE, UNSUPPORTED, NONE,
    "is not started, since shim frees what it has started; start pvhboot without shim, or make the "
    "partition FAT")
ERROR_ROW(PROGRAM_FAILED, FILE, FIRMWARE, NONE,
    "the EFI program returned an error: {w}")

/* The menu. */
ERROR_ROW(MENU_NOT_SHOWN, MACHINE, FIRMWARE, NONE,
    "the menu cannot be shown: {w}")

/* Settings from outside. */
ERROR_ROW(SMBIOS_TIMEOUT, MACHINE, INVALID_PARAMETER, NONE,
    "the timeout that SMBIOS sets (io.systemd.boot.timeout) is not a number of seconds, "
    "menu-force, menu-hidden or menu-disabled; it is ignored")

/* Firmware services that fail. */
ERROR_ROW(MAP_SIZE, MACHINE, FIRMWARE, NONE,
    "cannot get the size of the firmware's memory map: {w}")
ERROR_ROW(MAP_READ, MACHINE, FIRMWARE, NONE,
    "cannot read the firmware's memory map: {w}")
ERROR_ROW(MEMORY_WITHHELD, MACHINE, OUT_OF_RESOURCES, NONE,
    "the firmware refuses to allocate {x0}-{e1}, which its map calls free; restart the machine "
    "or update its firmware")
ERROR_ROW(NOT_EXECUTABLE, MACHINE, FIRMWARE, NONE,
    "cannot make the trampoline executable: {w}")
ERROR_ROW(NO_LOADED_IMAGE, MACHINE, FIRMWARE, NONE,
    "the firmware does not say where pvhboot was loaded from: {w}")
ERROR_ROW(NO_SETUP, MACHINE, FIRMWARE, NONE,
    "cannot ask the firmware for its setup: {w}")
ERROR_ROW(NO_RESET, MACHINE, DEVICE_ERROR, NONE,
    "the firmware did not reset the machine; reset it by hand")

/* Secure Boot. */
ERROR_ROW(SECURE_BOOT_UNKNOWN, MACHINE, SECURITY_VIOLATION, NONE,
    "Secure Boot's state cannot be read (variable {t}: {w}), so only what is inside this image is "
    "started; reset the firmware's settings")
ERROR_ROW(SHIM_INSECURE, MACHINE, SECURITY_VIOLATION, NONE,
    "shim's validation is switched off (MokSBState), so nothing is verified; to switch it on, use "
    "mokutil --enable-validation")
ERROR_ROW(FILE_UNSIGNED, FILE, SECURITY_VIOLATION, IMAGE,
    "Secure Boot is on, and this file is not signed")
ERROR_ROW(REFUSED_BY_FIRMWARE, FILE, SECURITY_VIOLATION, NONE,
    "refused by the firmware ({w}): Secure Boot's db does not have its certificate, or the file "
    "was changed; sign it with a key whose certificate is in db")
ERROR_ROW(REFUSED_BY_SHIM, FILE, SECURITY_VIOLATION, NONE,
    "refused by shim ({w}): neither db nor MOK has its certificate, its .sbat is revoked, or the "
    "file was changed; sign it, or enroll its certificate with mokutil")
ERROR_ROW(NOT_VERIFIED, FILE, FIRMWARE, NONE,
    "Secure Boot is on, and {t} cannot verify this file: {w}")
ERROR_ROW(NO_VERIFICATION, FILE, SECURITY_VIOLATION, IMAGE,
    "Secure Boot is on, but this firmware verifies no file for a loader (it has no "
    "EFI_SECURITY2_ARCH_PROTOCOL)")
ERROR_ROW(UNSIGNED_ACCEPTED, FILE, SECURITY_VIOLATION, IMAGE,
    "Secure Boot is on, but this firmware accepts even unsigned programs, so its word proves "
    "nothing; let its setup deny execution")
ERROR_ROW(CERTIFICATES_OUTSIDE_FILE, FILE, LOAD_ERROR, COPY,
    "damaged or truncated: its certificates end at byte {d0}, but the file has {d1} bytes")
ERROR_ROW(PAYLOAD_UNSIGNED, FILE, SECURITY_VIOLATION, COPY,
    "its payload ends at byte {d0}, but its signature covers only the first {d1} bytes")
ERROR_ROW(PIN_MISMATCH, FILE, SECURITY_VIOLATION, NONE,
    "its SHA-256 is {t}; rebuild the image")
ERROR_ROW(INITRD_UNSIGNED, FILE, SECURITY_VIOLATION, NONE,
    "Secure Boot is on, and no signature covers this initrd or module; embed it in the image "
    "(ukify --initrd)")
ERROR_ROW(INITRD_IGNORED, FILE, SECURITY_VIOLATION, NONE,
    "comes from outside and is ignored, since Secure Boot is on and the image has an initrd")
ERROR_ROW(COMMAND_LINE_OUTSIDE, FILE, SECURITY_VIOLATION, NONE,
    "Secure Boot is on, and the command line comes from outside; embed it in a signed image "
    "(ukify --cmdline), or use an addon")
ERROR_ROW(COMMAND_LINE_IGNORED, MACHINE, SECURITY_VIOLATION, NONE,
    "the command line comes from outside and is ignored, since Secure Boot is on; use a profile "
    "or an addon")
ERROR_ROW(LOCKDOWN_TOO_LONG, FILE, SECURITY_VIOLATION, NONE,
    "Secure Boot is on, and lockdown=integrity does not fit in front of the command line of {d0} "
    "bytes, of which Linux reads {d1}; shorten it")
ERROR_ROW(NOT_LINUX, FILE, SECURITY_VIOLATION, NONE,
    "Secure Boot is on, and of signed files only Linux is started, which can be locked down; "
    "build one image of kernel, initrd and options (ukify --stub)")
ERROR_ROW(OVERWRITE_REFUSED, FILE, SECURITY_VIOLATION, NONE,
    "Secure Boot is on, so --overwrite-acpi-nvs is refused; use a relocatable kernel "
    "(PHYS32_RELOC; Linux 6.12 and later)")

/* Enrolling keys. */
ERROR_ROW(KEY_FILE, FILE, LOAD_ERROR, NONE,
    "not the signed value of a Secure Boot variable; make it with sbvarsign")
ERROR_ROW(KEYS_LOCK_OUT, FILE, SECURITY_VIOLATION, NONE,
    "these Secure Boot keys are not enrolled by themselves: pvhboot is not signed, and the "
    "firmware would not start it any more; sign it (pvhboot-install --key --cert), or choose them "
    "in the menu")
ERROR_ROW(KEY_REFUSED, FILE, FIRMWARE, NONE,
    "the firmware did not take this key: {w}; Secure Boot stays off. Clear all keys in the "
    "firmware's setup, sign the file with sbvarsign for this very variable, and try again")
ERROR_ROW(KEY_NOT_SIGNED, FILE, FIRMWARE, NONE,
    "this key is not signed, and the firmware does not go into custom mode, which allows that: "
    "{w}; sign it with sbvarsign")

/* Entries that are unified kernel images. */
ERROR_ROW(NO_OS_RELEASE, FILE, UNSUPPORTED, NONE,
    "is no entry: it has no section .osrel with a name of the system")
ERROR_ROW(SECTION_TOO_LARGE, FILE, LOAD_ERROR, NONE,
    "its section {t} has {d0} bytes, more than the {d1} allowed")

/* Our own image. */
ERROR_ROW(NO_PROFILE, MACHINE, NOT_FOUND, NONE,
    "this image has no profile {d0}: it has {d1} profiles, counted from 0")
ERROR_ROW(IMAGE_WITHOUT_KERNEL, MACHINE, LOAD_ERROR, NONE,
    "this image has no kernel (.linux) for profile {d0}; build it again with one")
ERROR_ROW(PINS, MACHINE, LOAD_ERROR, NONE,
    ".pins, line {d0}: not a SHA-256 and a path; sha256sum writes such lines")
ERROR_ROW(PINNED_TWICE, MACHINE, LOAD_ERROR, NONE,
    ".pins, line {d0}: the path is there already; keep only one of the lines")

ERROR_ROW(ADDON_WITH_KERNEL, FILE, LOAD_ERROR, NONE,
    "this is no addon but an image of its own: there is a kernel inside")
ERROR_ROW(ADDON_UNAME, FILE, LOAD_ERROR, NONE,
    "this addon is for another kernel: its .uname is not that of the image")
ERROR_ROW(COMPANION_IGNORED, FILE, LOAD_ERROR, NONE,
    "is ignored, and the image starts without it")

/* The TPM. */
ERROR_ROW(NOT_MEASURED, MACHINE, FIRMWARE, NONE,
    "{N} cannot be measured into the TPM (PCR {d0}: {w}), so the system will not be given the secrets "
    "that are bound to it; restart the machine")
ERROR_ROW(TPM_SPENT, MACHINE, SECURITY_VIOLATION, NONE,
    "the TPM has recorded a boot that then failed, so no system will be given the secrets that are "
    "bound to it; restart the machine before you boot another entry")

/* Files on servers. */
ERROR_ROW(URL, FILE, INVALID_PARAMETER, NONE,
    "is no URL that can be used: {t}")
ERROR_ROW(NETWORK_NO_CARD, FILE, NOT_FOUND, NONE,
    "the firmware has no network card on which it speaks HTTP ({w}); switch its network stack and "
    "HTTP boot on in its setup")
ERROR_ROW(NETWORK_NO_LINK, FILE, NOT_FOUND, NONE,
    "no network card has a link; connect the cable")
ERROR_ROW(NETWORK_NO_ADDRESS, FILE, FIRMWARE, NONE,
    "the network card gets no address: {w}; check the cable and the DHCP server")
ERROR_ROW(NETWORK_NO_IPV6, FILE, FIRMWARE, NONE,
    "the network card gets no address of IPv6: {w}; check the cable, and that a router announces a "
    "prefix")
ERROR_ROW(HTTP_NO_ANSWER, FILE, FIRMWARE, NONE,
    "the server does not answer: {w}; check its name and port, and that it runs")
ERROR_ROW(HTTP_FORBIDDEN, FILE, FIRMWARE, NONE,
    "the firmware does not allow http; use https")
ERROR_ROW(HTTPS_NO_ANSWER, FILE, FIRMWARE, NONE,
    "the server cannot be reached by https: {w}; check its name, and that its certificate is signed "
    "by an authority that is enrolled in the firmware")
ERROR_ROW(HTTPS_NO_CERTIFICATES, FILE, FIRMWARE, NONE,
    "no certificate of an authority is enrolled in the firmware; enroll one in its setup (TLS Auth "
    "Configuration), or use http")
ERROR_ROW(HTTPS_NOT_FOUND, FILE, FIRMWARE, NONE,
    "there is no server of this name, or no certificate of an authority is enrolled in the "
    "firmware; check the name, or enroll one in the firmware's setup (TLS Auth Configuration)")
ERROR_ROW(HTTP_STATUS, FILE, NOT_FOUND, NONE,
    "the server says {t}")
ERROR_ROW(HTTP_REDIRECTION, FILE, LOAD_ERROR, NONE,
    "the server names another URL that cannot be used: {t}")
ERROR_ROW(HTTP_REDIRECTIONS, FILE, LOAD_ERROR, NONE,
    "the server names another URL again and again")
ERROR_ROW(HTTP_INSECURE, FILE, LOAD_ERROR, NONE,
    "the server names a URL without encryption instead, which is not followed")
ERROR_ROW(HTTP_ENCODED, FILE, LOAD_ERROR, NONE,
    "the server does not tell the size of the file; serve it with a Content-Length, neither chunked "
    "nor compressed")
ERROR_ROW(HTTP_ANSWER, FILE, LOAD_ERROR, NONE,
    "the server's answer contradicts itself; use another server program")
ERROR_ROW(HTTP_CHANGED, FILE, LOAD_ERROR, AGAIN,
    "the file has been changed on the server meanwhile")
ERROR_ROW(HTTP_CUT_OFF, FILE, FIRMWARE, NONE,
    "the transfer stops again and again, last at byte {d0} of {d1}: {w}; check the network")

/* Boot counting. */
ERROR_ROW(NOT_COUNTED, FILE, FIRMWARE, NONE,
    "this boot cannot be counted: {w}")

/* Command line and entry selection. */
ERROR_ROW(OPTIONS, MACHINE, INVALID_PARAMETER, NONE,
    "{t}")
ERROR_ROW(COMMAND_LINES_TOO_LONG, MACHINE, INVALID_PARAMETER, NONE,
    "the command lines are too long; shorten them")
ERROR_ROW(ENTRY_UNKNOWN, MACHINE, NOT_FOUND, NONE,
    "no entry {N} (there: {t})")
ERROR_ROW(ENTRY_UNBOOTABLE, MACHINE, UNSUPPORTED, NONE,
    "{t}")
ERROR_ROW(ENTRIES_UNREAD, MACHINE, FIRMWARE, NONE,
    "nothing to boot: entries could not be read (see above), and no other can be booted on this "
    "machine")
ERROR_ROW(NO_ENTRIES_DIRECTORY, MACHINE, NOT_FOUND, NONE,
    "nothing to boot: there is no directory {N} on the volume pvhboot was started from; create it, "
    "with a file linux.conf that says \"linux /PATH/OF/KERNEL\", or name a KERNEL in the load "
    "options; see pvhboot(7)")
ERROR_ROW(NO_BOOTABLE_ENTRY, MACHINE, NOT_FOUND, NONE,
    "nothing to boot: no entry in {N} can be booted on this machine; put a file linux.conf there "
    "that says \"linux /PATH/OF/KERNEL\", or name a KERNEL in the load options; see pvhboot(7)")
