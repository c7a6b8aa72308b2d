/* SPDX-License-Identifier: BSD-2-Clause */
#include "tools/pvhinfo/options.h"

#include <getopt.h>
#include <string.h>

const char options_text[] =
    "usage: pvhinfo [--json] FILE...\n"
    "       pvhinfo [--json] --extract OUT FILE\n"
    "       pvhinfo [--json] --map MAPFILE [--initrd FILE|SIZE]... [--module "
    "FILE|SIZE[=CMDLINE]]...\n"
    "               [--cmdline STRING] [--overwrite-acpi-nvs] [FILE]\n"
    "       pvhinfo [--json] --esp DIR [--xbootldr PATH] [--secure-boot STATE]\n"
    "\n"
    "Tells whether and how pvhboot would boot a kernel or an image, or the entries of an EFI\n"
    "system partition.\n"
    "\n"
    "  --json                  print JSON\n"
    "  --extract OUT           write the ELF file that FILE is or contains\n"
    "  --map MAPFILE           show the kernel's memory map and where everything goes on a\n"
    "                          machine with the memory map in MAPFILE (see pvhboot.efi --dry-run)\n"
    "  --initrd FILE|SIZE      with an initrd; may be repeated: together they are one module\n"
    "  --module FILE|SIZE[=CMDLINE]\n"
    "                          with a module and its command line; may be repeated\n"
    "  --cmdline STRING        with this kernel command line\n"
    "  --overwrite-acpi-nvs    let a kernel with a fixed address overwrite ACPI NVS\n"
    "  --esp DIR               check all that pvhboot would read in the EFI system partition\n"
    "                          mounted at DIR, or in a folder that will become one\n"
    "  --xbootldr PATH         with the entries of the XBOOTLDR partition that is mounted at PATH; "
    "of\n"
    "                          a device or an image only the file system is looked at\n"
    "  --secure-boot STATE     tell what of it would boot with Secure Boot on, off, insecure "
    "(shim's\n"
    "                          validation is off) or unknown\n"
    "  --help, --version       print this, or the version\n"
    "\n"
    "Exit status: 0 bootable, 1 not bootable (with --esp: an entry is not), 2 trouble.\n";

enum {
    OPTION_HELP = 1000,
    OPTION_VERSION,
    OPTION_JSON,
    OPTION_EXTRACT,
    OPTION_MAP,
    OPTION_INITRD,
    OPTION_MODULE,
    OPTION_CMDLINE,
    OPTION_OVERWRITE_NVS,
    OPTION_ESP,
    OPTION_XBOOTLDR,
    OPTION_SECURE_BOOT,
};

static const struct option long_options[] = {
    {"help", no_argument, NULL, OPTION_HELP},
    {"version", no_argument, NULL, OPTION_VERSION},
    {"json", no_argument, NULL, OPTION_JSON},
    {"extract", required_argument, NULL, OPTION_EXTRACT},
    {"map", required_argument, NULL, OPTION_MAP},
    {"initrd", required_argument, NULL, OPTION_INITRD},
    {"module", required_argument, NULL, OPTION_MODULE},
    {"cmdline", required_argument, NULL, OPTION_CMDLINE},
    {"overwrite-acpi-nvs", no_argument, NULL, OPTION_OVERWRITE_NVS},
    {"esp", required_argument, NULL, OPTION_ESP},
    {"xbootldr", required_argument, NULL, OPTION_XBOOTLDR},
    {"secure-boot", required_argument, NULL, OPTION_SECURE_BOOT},
    {NULL, 0, NULL, 0},
};

static bool usage(const char *what)
{
    trouble("%s; see --help", what);
    return false;
}

static bool add_initrd(struct options *options, const char *value, struct arena *arena)
{
    return boot_files_add(&options->initrds, arena, NULL, value, "") || usage(OUT_OF_MEMORY);
}

/* FILE|SIZE[=CMDLINE] */
static bool add_module(struct options *options, const char *value, struct arena *arena)
{
    const char *equals = strchr(value, '=');
    size_t length = equals ? (size_t)(equals - value) : strlen(value);
    const char *path = arena_strndup(arena, value, length);

    return (path &&
            boot_files_add(&options->modules, arena, NULL, path, equals ? equals + 1 : "")) ||
           usage(OUT_OF_MEMORY);
}

static bool set_once(const char **option, const char *value, const char *complaint)
{
    if (*option)
        return usage(complaint);
    *option = value;
    return true;
}

static bool set_state(struct options *options, const char *value)
{
    static const char *const names[SECURE_BOOT_STATES] = {
        [SECURE_BOOT_OFF] = "off",
        [SECURE_BOOT_ON] = "on",
        [SECURE_BOOT_INSECURE] = "insecure",
        [SECURE_BOOT_UNKNOWN] = "unknown",
    };

    for (options->state = 0; options->state < SECURE_BOOT_STATES; options->state++) {
        if (strcmp(names[options->state], value) == 0)
            return true;
    }
    return usage("--secure-boot takes on, off, insecure or unknown");
}

static bool take_option(struct options *options, int option, const char *value, struct arena *arena)
{
    switch (option) {
    case OPTION_HELP:
        options->help = true;
        return true;
    case OPTION_VERSION:
        options->version = true;
        return true;
    case OPTION_JSON:
        options->json = true;
        return true;
    case OPTION_EXTRACT:
        return set_once(&options->extract, value, "--extract can be given only once");
    case OPTION_MAP:
        return set_once(&options->map, value, "--map can be given only once");
    case OPTION_INITRD:
        return add_initrd(options, value, arena);
    case OPTION_MODULE:
        return add_module(options, value, arena);
    case OPTION_CMDLINE:
        return set_once(&options->command_line, value, "--cmdline can be given only once");
    case OPTION_OVERWRITE_NVS:
        options->overwrite_nvs = true;
        return true;
    case OPTION_ESP:
        return set_once(&options->esp, value, "--esp can be given only once");
    case OPTION_XBOOTLDR:
        return set_once(&options->xbootldr, value, "--xbootldr can be given only once");
    case OPTION_SECURE_BOOT:
        return set_state(options, value);
    default: /* getopt has printed a message */
        trouble("see --help");
        return false;
    }
}

static bool has_boot_options(const struct options *options)
{
    return options->initrds.count || options->modules.count || options->command_line ||
           options->overwrite_nvs;
}

static bool check(const struct options *options)
{
    if (options->help || options->version)
        return true;
    if (options->esp &&
        (options->file_count || options->map || options->extract || has_boot_options(options)))
        return usage("--esp can be combined with --json, --xbootldr and --secure-boot only");
    if (!options->esp && options->state != SECURE_BOOT_STATES)
        return usage("--secure-boot needs --esp");
    if (!options->esp && options->xbootldr)
        return usage("--xbootldr needs --esp");
    if (options->esp)
        return true;
    if (options->file_count == 0 && !options->map)
        return usage("no file was given");
    if (options->map && options->extract)
        return usage("--map and --extract cannot be combined");
    if (options->map && options->file_count > 1)
        return usage("--map takes at most one file");
    if (options->extract && options->file_count != 1)
        return usage("--extract takes exactly one file");
    if (has_boot_options(options) && !(options->map && options->file_count > 0))
        return usage(
            "--initrd, --module, --cmdline and --overwrite-acpi-nvs need --map and a file");
    return true;
}

bool options_parse(int argc, char *argv[], struct arena *arena, struct options *ret_options)
{
    static char name[] = "pvhinfo";
    int option;

    *ret_options = (struct options){.state = SECURE_BOOT_STATES};
    if (argc > 0)
        argv[0] = name; /* getopt's messages begin with it */
    while ((option = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
        if (!take_option(ret_options, option, optarg, arena))
            return false;
    }
    ret_options->files = argv + optind;
    ret_options->file_count = (size_t)(argc - optind);
    return check(ret_options);
}
