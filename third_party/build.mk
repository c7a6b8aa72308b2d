# SPDX-License-Identifier: BSD-2-Clause
# The libraries that decompress kernels: the decoders of zlib, liblzma, libzstd and lz4, built from upstream's sources; and
# liblzma's SHA-256.
#
#   $(call decoder_object,FOLDER,COMPILER,FLAGS[,FORMATS]) makes FOLDER/decoders.o: one object that exports only the
#   functions that common/image/decode_FORMAT.c call, for all formats unless some are named, and that common/hash calls
#   for the format "sha256". It needs memcpy, memmove, memset and memcmp, and nothing else.

# The flags to include their headers with.
DECODER_INCLUDES := $(patsubst %,-isystem $(DECODER_SOURCES)/%,zlib xz-utils/src/liblzma/api libzstd/lib lz4/lib) \
	-DZ_SOLO -DLZMA_API_STATIC -DXXH_NAMESPACE=LZ4_ -DLZ4_DISABLE_DEPRECATE_WARNINGS

DECODER_ENTRIES_gzip := inflateInit2_ inflateReset inflate
DECODER_ENTRIES_xz := lzma_stream_decoder lzma_code
DECODER_ENTRIES_zstd := ZSTD_initStaticDStream ZSTD_estimateDCtxSize ZSTD_DCtx_setParameter ZSTD_decompressStream \
	ZSTD_getErrorCode ZSTD_getErrorString
DECODER_ENTRIES_lz4 := LZ4_decompress_safe LZ4_decompress_safe_withPrefix64k \
	LZ4_XXH32 LZ4_XXH32_reset LZ4_XXH32_update LZ4_XXH32_digest
DECODER_ENTRIES_sha256 := sha256_blocks_portable

DECODER_zlib := adler32 inffast inflate inftrees zutil
DECODER_xz := $(addprefix check/,check crc32_fast crc64_small sha256) \
	$(addprefix common/,block_decoder block_header_decoder block_util common filter_common filter_decoder \
		filter_flags_decoder index_hash stream_decoder stream_flags_common stream_flags_decoder \
		vli_decoder vli_size) \
	lz/lz_decoder lzma/lzma_decoder lzma/lzma2_decoder $(addprefix simple/,simple_coder simple_decoder)
DECODER_zstd := $(addprefix common/,debug entropy_common error_private fse_decompress xxhash zstd_common) \
	$(addprefix decompress/,huf_decompress zstd_ddict zstd_decompress zstd_decompress_block)
DECODER_lz4 := lz4 xxhash

# Source files below DECODER_SOURCES, without .c.
DECODER_FILES := $(addprefix zlib/,$(DECODER_zlib)) $(addprefix xz-utils/src/liblzma/,$(DECODER_xz)) \
	$(addprefix libzstd/lib/,$(DECODER_zstd)) $(addprefix lz4/lib/,$(DECODER_lz4))

# The libraries' own options for building without a C library, by folder.
DECODER_FLAGS_zlib := -DZ_SOLO
# What configure would detect, but nothing that needs constructors, which nothing would run.
DECODER_FLAGS_xz-utils := -I$(DECODER_SOURCES)/xz-utils/src/common \
	$(patsubst %,-I$(DECODER_SOURCES)/xz-utils/src/liblzma/%,api common check lz rangecoder lzma delta simple) \
	-DHAVE_STDINT_H -DHAVE_INTTYPES_H -DHAVE_STDBOOL_H -DHAVE_LIMITS_H -DHAVE_STRING_H \
	-DSIZEOF_SIZE_T=__SIZEOF_SIZE_T__ -DTUKLIB_SYMBOL_PREFIX=lzma_ -DTUKLIB_FAST_UNALIGNED_ACCESS \
	-DHAVE_DECODERS -DHAVE_DECODER_LZMA1 -DHAVE_DECODER_LZMA2 -DHAVE_DECODER_X86 -DLZMA_API_STATIC \
	-DHAVE_CHECK_CRC32 -DHAVE_CHECK_CRC64 -DHAVE_CHECK_SHA256 -DHAVE_INTERNAL_SHA256
# Only one of the two decoders each for literals and for sequences: saves 24 KiB for 1 to 3 % more instructions.
DECODER_FLAGS_libzstd := -DZSTD_LEGACY_SUPPORT=0 -DZSTD_TRACE=0 -DZSTD_DISABLE_ASM=1 \
	-DHUF_FORCE_DECOMPRESS_X1 -DZSTD_FORCE_DECOMPRESS_SEQUENCES_SHORT -DXXH_NAMESPACE=ZSTD_ \
	-DZSTDLIB_VISIBLE= -DZSTDERRORLIB_VISIBLE=
DECODER_FLAGS_lz4 := -DXXH_NAMESPACE=LZ4_ -DLZ4LIB_VISIBILITY=
# What a processor may have is used where it has it: PCLMULQDQ for checksums, and BMI2 for zstd's sequences, which are most
# of its work. For Huffman codes and tables BMI2 would cost 7 KiB more, and bring 0.2 %.
DECODER_FLAGS_xz-utils += -DHAVE_USABLE_CLMUL -DHAVE_CPUID_H -DHAVE_IMMINTRIN_H
DECODER_FLAGS_huf_decompress.c  := -DDYNAMIC_BMI2=0
DECODER_FLAGS_entropy_common.c  := -DDYNAMIC_BMI2=0
DECODER_FLAGS_fse_decompress.c  := -DDYNAMIC_BMI2=0
DECODER_FLAGS_crc64_small.c     := -Dlzma_crc64=crc64_by_table # ours/xz_crc64.c calls it
DECODER_FLAGS_ours := $(DECODER_INCLUDES) $(DECODER_FLAGS_xz-utils) -I.

# The files where most time is spent are built for speed, all others for size.
DECODER_SMALL := -Oz
DECODER_HOT   := inffast.c crc32_fast.c lzma_decoder.c lz_decoder.c simple_coder.c xz_x86.c sha256.c \
	zstd_decompress_block.c xxhash.c lz4.c
DECODER_HOT_lz4.c := -O3

# $(call decoder_speed,FILE): the option for FILE.
decoder_speed = $(if $(filter $(DECODER_HOT),$(notdir $(1))),$(or $(DECODER_HOT_$(notdir $(1))),-O2),$(DECODER_SMALL))

# Freestanding, but with -fbuiltin, so that memcpy is inlined: the libraries read integers with it.
# third_party/include replaces the C library's headers, so that every target can be built on every machine.
DECODER_CFLAGS := -std=gnu11 -ffreestanding -fbuiltin -fpic -fvisibility=hidden -fno-stack-protector -ffunction-sections \
	-fdata-sections -fno-asynchronous-unwind-tables -fno-ident '-ffile-prefix-map=$(CURDIR)=.' -DNDEBUG -w \
	-nostdinc -Ithird_party/include
# As for the EFI binary, see efi/build.mk, but where the firmware runs applications with SSE set up, SSE2 is used: see
# ARCH_DECODER_CFLAGS.
DECODER_EFI_FLAGS := $(ARCH_CFLAGS) $(ARCH_DECODER_CFLAGS) -fcf-protection=none

# What the flags allow.
decoder_check = $(if $(findstring -fcf-protection=none,$(1)),$(if $(findstring -mgeneral-regs-only,$(1)),,--sse2),--hosted)

decoder_entries = $(foreach format,$(or $(1),$(DECODER_FORMATS) sha256),$(DECODER_ENTRIES_$(format)))

# All files are linked, whatever the formats: --gc-sections removes what no entry point uses.
define decoder_object
$(call command_file,$(1)/decoders/.command,$(2) $(DECODER_CFLAGS) $(3) $(DECODER_SOURCES))

$(1)/decoders/%.o: $(DECODER_SOURCES)/%.c $(DECODERS_READY) $(1)/decoders/.command third_party/build.mk $(wildcard third_party/include/*.h)
	@mkdir -p $$(@D)
	$(Q)$(2) $(DECODER_CFLAGS) -isystem $$(shell $(2) -print-file-name=include) \
		$$(DECODER_FLAGS_$$(firstword $$(subst /, ,$$*))) \
		$$(DECODER_FLAGS_$$(notdir $$<)) $$(call decoder_speed,$$<) $(3) -c -o $$@ $$<

$(1)/decoders/ours/%.o: third_party/%.c $(DECODERS_READY) $(1)/decoders/.command third_party/build.mk common/hash/sha256_blocks.h $(wildcard third_party/include/*.h)
	@mkdir -p $$(@D)
	$(Q)$(2) $(DECODER_CFLAGS) -isystem $$(shell $(2) -print-file-name=include) $(DECODER_FLAGS_ours) \
		$$(call decoder_speed,$$<) $(3) -c -o $$@ $$<

$(1)/decoders.o: $(patsubst %,$(1)/decoders/%.o,$(DECODER_FILES) $(addprefix ours/,xz_crc64 xz_x86 zlib_crc32 sha256_portable)) third_party/check
	@echo "  LD    $$@"
	$(Q)ld $(if $(filter -m32,$(3)),-m elf_i386) -r --force-group-allocation --gc-sections \
		$(patsubst %,-u %,$(call decoder_entries,$(4))) -o $$@.all $$(filter %.o,$$^)
	$(Q)objcopy --strip-unneeded $(patsubst %,--keep-global-symbol=%,$(call decoder_entries,$(4))) $$@.all $$@.new
	$(Q)third_party/check $(call decoder_check,$(3)) $$@.new $(call decoder_entries,$(4))
	$(Q)mv $$@.new $$@
endef

$(eval $(call decoder_object,$(EFI_BUILD),$(EFI_CC),$(DECODER_EFI_FLAGS),$(DECODERS) sha256))
$(DECODE_SOURCES:%=$(EFI_BUILD)/%.o): EXTRA_CFLAGS := $(DECODER_INCLUDES)

# Replaces common/image/decode_FORMAT.c when the loader is built without that format.
$(EFI_BUILD)/absent/%.o: third_party/absent.c VERSION $(EFI_BUILD)/.command efi/build.mk third_party/build.mk
	@mkdir -p $(@D)
	@echo "  CC    $< ($*)"
	$(Q)$(EFI_CC) $(EFI_CFLAGS) -DDECODER_ABSENT=decoder_$* -MMD -MP -c -o $@ $<

$(eval $(call decoder_object,build/host,$(HOST_CC),))

# The sources are downloaded when they are first needed, and again only when the pins change.
$(DECODERS_READY): tools/fetch-sources
	@tools/fetch-sources --output $(DECODER_SOURCES)
	@touch $@

$(patsubst %,$(DECODER_SOURCES)/%.c,$(DECODER_FILES)): | $(DECODERS_READY) ;

build/host/decoders.a: build/host/decoders.o
	$(Q)rm -f $@
	$(Q)ar rcsD $@ $<

.PHONY: check-decoders
check-decoders: $(EFI_BUILD)/decoders.o ## build the decoders for both kinds of firmware
	$(Q)$(MAKE) --no-print-directory DEPS=no ARCH=ia32 build/ia32/decoders.o
