# SPDX-License-Identifier: BSD-2-Clause
#
# Random small faults in the loader, each of which the host tests have to notice.

N ?= 300
SEED ?= 0

.PHONY: mutate
mutate: $(FIRMWARE_BUILD)/gcc/test_firmware $(UNIT_TESTS:%=build/unit/gcc/%) $(COVERAGE_PROGRAMS) $(UNIT_SAMPLES) $(UNIT_SSDT) $(FIRMWARE_KERNELS) ## change the loader in N=300 random places, and see that the host tests notice (SEED=: other places; ONLY=: of these files)
	@tests/mutation/mutate.py --count $(N) --seed $(SEED) $(if $(ONLY),--only '$(ONLY)') $(UNIT_TESTS)
