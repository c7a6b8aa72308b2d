/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/disk/file_system.h"

#include "common/base/architecture.h"
#include "common/base/bytes.h"
#include "common/base/overflow.h"

#include <stdbool.h>
#include <string.h>

/* The superblock of ext2, ext3 and ext4: Linux's Documentation/filesystems/ext4/super.rst. */
#define EXT_SUPERBLOCK   1024
#define EXT_MAGIC        (EXT_SUPERBLOCK + 0x38)
#define EXT_COMPATIBLE   (EXT_SUPERBLOCK + 0x5c)
#define EXT_INCOMPATIBLE (EXT_SUPERBLOCK + 0x60)
#define EXT_END          (EXT_SUPERBLOCK + 0x64)

#define EXT_HAS_JOURNAL 0x4    /* compatible: ext3 and ext4 have one */
#define EXT_ORPHAN_FILE 0x1000 /* compatible */
#define EXT_CSUM_SEED   0x2000 /* incompatible */
#define EXT_4_ONLY      0x2c0  /* incompatible: extents, 64 bits, flexible groups */

/* rEFInd's names of drivers. Debian's package refind has those for x64. */
#define DRIVER(name) name "_" FIRMWARE_ARCHITECTURE ".efi"

/* What rEFInd's driver for ext4 calls a hole of a sparse file, and its kin do. */
#define MAY_BE_A_HOLE                                                                              \
    "if the file is sparse, which not every driver can read, copy it again with cp --sparse=never"

/* A file system that a driver of rEFInd's reads. */
#define BY_DRIVER(name, driver)                                                                    \
    {                                                                                              \
        name, DRIVER(driver),                                                                      \
            name                                                                                   \
            "; put rEFInd's driver " DRIVER(driver) " into \\EFI\\pvhboot\\drivers, or make it "   \
                                                    "FAT",                                         \
            MAY_BE_A_HOLE                                                                          \
    }

#define WITHOUT_DRIVER(name)                                                                       \
    {                                                                                              \
        name, NULL, name ", for which pvhboot knows no EFI driver; make it FAT", NULL              \
    }

#define DAMAGED_FAT                                                                                \
    {                                                                                              \
        "FAT", NULL, "a damaged FAT; check it with fsck.fat",                                      \
            "the file system is damaged: check it with fsck.fat"                                   \
    }

static const struct file_system ext2 = BY_DRIVER("ext2", "ext2");
static const struct file_system ext3 = BY_DRIVER("ext3", "ext4");
static const struct file_system ext4 = BY_DRIVER("ext4", "ext4");
/* e2fsprogs 1.47 makes such ones, and rEFInd 0.13 does not mount them. */
static const struct file_system ext4_new = {
    "ext4", DRIVER("ext4"),
    "ext4 with metadata_csum_seed or orphan_file; put " DRIVER(
        "ext4") " of rEFInd 0.14.2 or later into "
                "\\EFI\\pvhboot\\drivers, or make it again with mke2fs -O "
                "^metadata_csum_seed,^orphan_file",
    MAY_BE_A_HOLE};
static const struct file_system unknown = WITHOUT_DRIVER("an unknown one");

struct magic {
    size_t offset;
    const char *bytes;
    size_t size;
    struct file_system file_system;
};

#define MAGIC(offset, bytes, file_system)                                                          \
    {                                                                                              \
        offset, bytes, sizeof(bytes) - 1, file_system                                              \
    }

/* Where a superblock starts the partition, and where it follows at 1, 32 or 64 KiB. */
static const struct magic magics[] = {
    MAGIC(0, "XFSB", WITHOUT_DRIVER("xfs")),
    MAGIC(0, "LUKS\xba\xbe", WITHOUT_DRIVER("LUKS (encrypted)")),
    MAGIC(0, "hsqs", WITHOUT_DRIVER("squashfs")),
    MAGIC(3, "NTFS    ", WITHOUT_DRIVER("NTFS")),
    MAGIC(3, "EXFAT   ", WITHOUT_DRIVER("exFAT")),
    MAGIC(512, "LABELONE", WITHOUT_DRIVER("LVM")),
    MAGIC(1024, "\x10\x20\xf5\xf2", WITHOUT_DRIVER("f2fs")),
    MAGIC(1024, "\xe2\xe1\xf5\xe0", WITHOUT_DRIVER("erofs")),
    MAGIC(1024, "H+", BY_DRIVER("HFS+", "hfs")),
    MAGIC(0x8001, "CD001", BY_DRIVER("ISO 9660", "iso9660")),
    MAGIC(0x10034, "ReIsEr", BY_DRIVER("reiserfs", "reiserfs")),
    MAGIC(0x10040, "_BHRfS_M", BY_DRIVER("btrfs", "btrfs")),
    MAGIC(54, "FAT", DAMAGED_FAT),
    MAGIC(82, "FAT32", DAMAGED_FAT),
};

static const struct file_system *recognize_ext(const uint8_t *bytes, size_t size)
{
    uint32_t compatible, incompatible;

    if (size < EXT_END || read_le16(bytes + EXT_MAGIC) != 0xef53)
        return NULL;
    compatible = read_le32(bytes + EXT_COMPATIBLE);
    incompatible = read_le32(bytes + EXT_INCOMPATIBLE);
    if (compatible & EXT_ORPHAN_FILE || incompatible & EXT_CSUM_SEED)
        return &ext4_new;
    if (incompatible & EXT_4_ONLY)
        return &ext4;
    return compatible & EXT_HAS_JOURNAL ? &ext3 : &ext2;
}

const struct file_system *file_system_recognize(const uint8_t *bytes, size_t size)
{
    const struct file_system *ext = recognize_ext(bytes, size);

    if (ext)
        return ext;
    for (size_t i = 0; i < sizeof(magics) / sizeof(*magics); i++) {
        const struct magic *magic = &magics[i];

        if (fits_inside(magic->offset, magic->size, size) &&
            memcmp(bytes + magic->offset, magic->bytes, magic->size) == 0)
            return &magic->file_system;
    }
    return &unknown;
}

bool file_system_may_have_driver(const struct file_system *file_system)
{
    return file_system->driver || file_system == &unknown;
}
