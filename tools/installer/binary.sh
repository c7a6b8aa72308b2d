# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
# Finding the binary to install, and the version of a binary. For pvhboot-install.

# Prints the version of the pvhboot in FILE, from its SBAT section, or nothing if FILE is something else.
version_of() {
	[ "$(head -c 2 "$1" | tr -d '\000')" = MZ ] || return 0
	tr '\000' '\n' <"$1" | sed -n 's/^pvhboot,[0-9]*,[^,]*,pvhboot,\([^,]*\),.*/\1/p' | head -n 1
}

# Sets efi and efi_version: the file that was named, or the one next to this program, installed or in the source tree.
find_efi() {
	if [ -z "$efi" ]; then
		for efi in "$here/../lib/pvhboot/pvhboot.efi" "$here/../build/x64/pvhboot.efi"; do
			[ ! -f "$efi" ] || break
		done
	fi
	[ -f "$efi" ] && [ -r "$efi" ] || return $EXIT_TROUBLE
	efi=$(readlink -f "$efi")
	efi_version=$(version_of "$efi")
	[ -n "$efi_version" ] || fail "$efi: not pvhboot, or damaged; rebuild it, or name one with --efi"
}

need_efi() {
	find_efi || fail "$efi: cannot be read; build it with make, or name a pvhboot.efi with --efi"
}

# True when version $1 is newer than version $2, by the rules of Semantic Versioning.
is_newer() {
	awk -v one="$1" -v two="$2" '
	function order(a, b) {
		if (a ~ /^[0-9]+$/ && b ~ /^[0-9]+$/) return a - b
		if (a ~ /^[0-9]+$/) return -1
		if (b ~ /^[0-9]+$/) return 1
		return a < b ? -1 : a > b
	}
	function order_lists(a, b,    as, bs, na, nb, i, result) {
		na = split(a, as, "."); nb = split(b, bs, ".")
		for (i = 1; i <= na && i <= nb; i++)
			if ((result = order(as[i], bs[i])) != 0) return result
		return na - nb
	}
	# What follows the first dash; a version without that comes after all that have it.
	function prerelease(version) { return index(version, "-") ? substr(version, index(version, "-") + 1) : "" }
	function order_versions(a, b,    result, pa, pb) {
		sub(/\+.*/, "", a); sub(/\+.*/, "", b)
		pa = prerelease(a); pb = prerelease(b)
		sub(/-.*/, "", a); sub(/-.*/, "", b)
		if ((result = order_lists(a, b)) != 0) return result
		if (pa == "" || pb == "") return (pa == "") - (pb == "")
		return order_lists(pa, pb)
	}
	BEGIN { exit !(order_versions(one, two) > 0) }'
}
