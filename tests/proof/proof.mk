# SPDX-License-Identifier: BSD-2-Clause
#
# Proofs of the pure code with CBMC, for all inputs within the bounds that each states. Included before boot.mk, which has the
# rule for packages.

# Debian 13's CBMC with the libraries of that release, whatever this machine runs.
PROOF_PACKAGES := $(patsubst %,build/deps/packages/trixie/%,cbmc minisat libc6 libgcc-s1 libstdc++6)

.PHONY: prove prove-full
prove: $(PROOF_PACKAGES) ## prove parts of the loader for all inputs, with CBMC, and that each proof can fail (PROOF=REGEX: some)
	@tests/proof/prove $${PROOF:+--only "$$PROOF"}
prove-full: $(PROOF_PACKAGES) ## the same with wider bounds: hours
	@tests/proof/prove --full $${PROOF:+--only "$$PROOF"}
