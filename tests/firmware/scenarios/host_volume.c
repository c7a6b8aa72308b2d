/* SPDX-License-Identifier: BSD-2-Clause */
/* A volume with the files of a folder of the host: what the loader makes of it, for tests/tools. */
#include "tests/firmware/scenarios/host_volume.h"

#include "tests/firmware/fake/files.h"
#include "tests/firmware/fake/firmware.h"
#include "tests/firmware/fake/guest.h"
#include "tests/firmware/scenarios/machines.h"

#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static const char *volume_folder, *loader_options;

static int add_file(const char *host_path, const struct stat *status, int kind, struct FTW *place)
{
    char path[512];

    (void)place;
    require(strlen(host_path) - strlen(volume_folder) < sizeof(path));
    snprintf(path, sizeof(path), "%s", host_path + strlen(volume_folder));
    for (char *slash = strchr(path, '/'); slash; slash = strchr(slash, '/'))
        *slash = '\\';
    if (kind == FTW_D && *path)
        file_put_directory(path);
    else if (kind == FTW_F && status->st_size == 0)
        file_put(path, "", 0);
    else if (kind == FTW_F)
        file_put_host(path, host_path);
    return 0;
}

static void prepare(uint64_t seed)
{
    (void)seed;
    machine_usual();
    require(nftw(volume_folder, add_file, 20, FTW_PHYS) == 0);
    options_set(loader_options);
    expect_anything();
}

const struct scenario *host_volume(const char *folder, const char *options)
{
    static const struct scenario scenario = {"host-volume", prepare, ENDING_REPORT, .seeds = 1};

    volume_folder = folder;
    loader_options = options;
    return &scenario;
}
