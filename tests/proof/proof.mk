# SPDX-License-Identifier: BSD-2-Clause
#
# Proofs of the pure code with CBMC, for all inputs within the bounds that each states.

# Debian 13's CBMC with the libraries of that release, whatever this machine runs.
PROOF_PACKAGES := $(patsubst %,build/deps/packages/trixie/%,cbmc minisat libc6 libgcc-s1 libstdc++6)
PROOF_LIBRARIES := $(subst $(eval) ,:,$(foreach name,libc6 libgcc-s1 libstdc++6,build/deps/packages/trixie/$(name)/usr/lib/x86_64-linux-gnu) \
	build/deps/packages/trixie/minisat/usr/lib)
PROOF_CBMC := build/deps/packages/trixie/libc6/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2 --library-path $(PROOF_LIBRARIES) \
	build/deps/packages/trixie/cbmc/usr/bin/cbmc

$(filter-out $(BOOT_PACKAGES) $(BOOT_PACKAGES_FULL) $(BENCH_PACKAGES),$(PROOF_PACKAGES)):
	@tools/fetch-packages '$(@:build/deps/packages/%=%)'

.PHONY: prove prove-full
prove: $(PROOF_PACKAGES) ## prove parts of the loader for all inputs, with CBMC, and that each proof can fail (PROOF=REGEX: some)
	@tests/proof/prove $(if $(PROOF),--only '$(PROOF)') -- $(PROOF_CBMC)
prove-full: $(PROOF_PACKAGES) ## the same with wider bounds: hours
	@tests/proof/prove --full $(if $(PROOF),--only '$(PROOF)') -- $(PROOF_CBMC)
