/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The catalog: loader.conf of a volume and all entries of that and of a second one, labelled and in
 * the menu's order. The loader and `pvhinfo --esp` each implement a catalog_reader and share
 * everything else, so that they agree on which files are read, in which order, up to which size,
 * and how unreadable files are handled.
 */
#pragma once

#include "common/bls/catalog_reader.h"
#include "common/bls/entry_default.h"
#include "common/bls/entry_list.h"
#include "common/bls/loader_config.h"
#include "common/smbios/smbios_settings.h"

struct catalog {
    struct catalog_file config_file; /* loader.conf; without text if there is none, or unreadable */
    struct loader_config config;
    struct entry_list entries;
};

/*
 * Reads loader.conf, then all entries, those of reader->other, which may have an own report(),
 * included, and adds those of `settings`, unless it is NULL; all are optional. Unreadable files and
 * directories are reported and left out; if listing a directory fails midway, the entries before
 * that are kept. Fails only with ERROR_OUT_OF_MEMORY.
 */
bool catalog_read(struct catalog_reader *reader, const struct smbios_settings *settings,
                  struct arena *arena, struct catalog *ret_catalog, struct error *error);

/* Adds the patterns of loader.conf to what variables select. */
void catalog_add_patterns(const struct catalog *catalog, struct default_selection *selection);

/* The index of the default entry: entries_choose_default(). The selection has its patterns. */
size_t catalog_choose_default(const struct catalog *catalog,
                              const struct default_selection *selection);
