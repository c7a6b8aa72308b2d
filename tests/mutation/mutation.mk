# SPDX-License-Identifier: BSD-2-Clause
#
# Random small faults in the loader, each of which the host tests have to notice.

MUTATE = tests/mutation/mutate.py --count "$${N:-300}" --seed "$${SEED:-0}" --only "$$ONLY" $(if $(AGAIN),--again "$$AGAIN")

# Wrong options are told before anything is built.
.PHONY: mutate mutate-options
mutate-options:
	@$(MUTATE) --check-options
mutate: mutate-options $(FIRMWARE_BUILD)/gcc/test_firmware $(UNIT_TESTS:%=build/unit/gcc/%) $(COVERAGE_PROGRAMS) $(UNIT_SAMPLES) $(UNIT_SSDT) $(FIRMWARE_KERNELS) ## change the loader in N=300 random places, and see that the host tests notice (SEED=: other places; ONLY=: of these files; AGAIN=FILE: only what survived the run that printed FILE)
	@$(MUTATE) $(UNIT_TESTS)

# Each instruction left out, each two that change places, each number and bit: few enough to try all.
ASSEMBLY_TESTS := $(filter pvh/test_trampoline%,$(UNIT_TESTS))

.PHONY: mutate-assembly
mutate-assembly: $(ASSEMBLY_TESTS:%=build/unit/gcc/%) ## make every small fault there is in the trampolines, each of which the processor model has to notice
	@tests/mutation/mutate.py --assembly $(UNIT_TESTS)
