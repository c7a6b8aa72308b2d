# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
# Finding the binary to install, and the version of a binary. For pvhboot-install.

# True if FILE is an image with a kernel or the digest of one, as pvhboot-mkimage and ukify make them, by the names in its
# section table, which is in the first 4 KiB.
is_image() {
	head -c 4096 "$1" | tr '\000' '\n' | grep -a -q -e '\.linux$' -e '\.pins$'
}

# Prints the version of the pvhboot in FILE, from its SBAT section, or nothing if FILE is something else: an image, too, which
# cannot be had again from a pvhboot.efi.
version_of() {
	! is_image "$1" || return 0
	tr '\000' '\n' <"$1" | sed -n -e '1{/^MZ/!q;}' -e '/^pvhboot,[0-9]*,[^,]*,pvhboot,\([^,]*\),.*/{s//\1/p;q;}'
}

# Sets efi, efi_ia32 and efi_version: the files that were named, or those next to this program, installed or in the source
# tree. One for 32-bit firmware need not be there.
find_efi() {
	if [ -z "$efi" ]; then
		for folder in "$here/../lib/pvhboot" "$here/../build/x64"; do
			efi=$folder/pvhboot.efi
			[ ! -f "$efi" ] || break
		done
		for file in "$here/../lib/pvhboot/pvhbootia32.efi" "$here/../build/ia32/pvhboot.efi"; do
			[ -z "$efi_ia32" ] && [ -f "$file" ] && efi_ia32=$file
		done
	fi
	[ -f "$efi" ] && [ -r "$efi" ] || return $EXIT_TROUBLE
	efi=$(readlink -f "$efi")
	efi_version=$(version_of "$efi")
	[ -n "$efi_version" ] || fail "$efi: not pvhboot, or damaged; rebuild it, or name one with --efi"
	! is_for_ia32 "$efi" || fail "$efi: is for 32-bit firmware; name it with --efi-ia32, and the one for x64 with --efi"
	[ -n "$efi_ia32" ] || return 0
	{ [ -f "$efi_ia32" ] && [ -r "$efi_ia32" ]; } || fail "$efi_ia32: cannot be read; name another file with --efi-ia32"
	efi_ia32=$(readlink -f "$efi_ia32")
	[ "$(version_of "$efi_ia32")" = "$efi_version" ] || fail "$efi_ia32: not pvhboot $efi_version, as $efi is; rebuild both"
	is_for_ia32 "$efi_ia32" || fail "$efi_ia32: is not for 32-bit firmware; name it with --efi"
}

# Prints where the PE header of FILE is.
pe_header_of() {
	head -c 64 "$1" | tail -c 4 | od -An -tu4 | tr -d ' '
}

# True if the file is a pvhboot for 32-bit firmware, by its PE machine.
is_for_ia32() {
	[ -f "$1" ] && [ -n "$(version_of "$1")" ] || return 1
	header=$(pe_header_of "$1")
	[ "$(tail -c "+$((header + 5))" "$1" | head -c 2 | od -An -tx2)" = ' 014c' ]
}

# Sets firmware_bits to 32 or 64, by this machine's firmware. A Linux that was started through PVH cannot tell: then the
# loader that is there already does.
find_firmware_bits() {
	firmware_bits=64
	if [ -e "${EFIVARS%/*}/fw_platform_size" ]; then
		firmware_bits=$(cat "${EFIVARS%/*}/fw_platform_size") || firmware_bits=64
	elif is_for_ia32 "$(on_esp "$BINARY")"; then
		firmware_bits=32
	fi
}

has_ia32_firmware() {
	[ "$firmware_bits" = 32 ]
}

# Prints the program of which PATH on the ESP is to be a copy.
program_for() {
	case $1 in
	*/[Bb][Oo][Oo][Tt][Ii][Aa]32.[Ee][Ff][Ii]) echo "$efi_ia32" ;;
	*/[Pp][Vv][Hh][Bb][Oo][Oo][Tt].[Ee][Ff][Ii])
		if has_ia32_firmware; then
			echo "$efi_ia32"
		else
			echo "$efi"
		fi
		;;
	*) echo "$efi" ;;
	esac
}

need_efi() {
	find_efi || fail "$efi: cannot be read; build it with make, or name a pvhboot.efi with --efi"
}

# The same, and one that this computer's firmware can start.
need_efi_for_firmware() {
	need_efi
	[ -n "$efi_ia32" ] || ! has_ia32_firmware ||
		fail "this computer has 32-bit firmware; name the pvhboot.efi for it with --efi-ia32"
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
