/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The loader's own image as the firmware has loaded it: a PE header and sections, in memory of type
 * EfiLoaderCode. Without it, ImageBase is NULL.
 */
#pragma once

#include "efi/efi.h"

#include "tests/lib/pe_file.h"

/* Adds a section. The bytes are copied; the order is that of the section table. */
void own_image_add(const char *name, const void *bytes, size_t size);
void own_image_add_text(const char *name, const char *text);

/* The image before it is installed, to damage it. */
struct pe_file *own_image_file(void);

/* Puts the image at this address, which must be free memory, and sets ImageBase and ImageSize. */
void own_image_install(uint64_t address);

/* The address of a section, counted from 0. */
uint64_t own_image_address(size_t section);
