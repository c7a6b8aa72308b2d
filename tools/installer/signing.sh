# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
# Signing the binary for Secure Boot, with Debian's sbsigntool. For pvhboot-install.

# The folder of the signed binary, and of copies whose signatures are taken off.
scratch=

make_scratch() {
	[ -n "$scratch" ] || scratch=$(mktemp -d) || fail "no temporary folder could be made"
}

forget_signed() {
	[ -z "$scratch" ] || rm -rf "$scratch"
}

# Prints the subjects of the certificates that FILE is signed with, one a line; nothing if it is not signed.
subjects_of() {
	[ -f "$1" ] || return 0
	command -v sbverify >/dev/null || return 0
	sbverify --list "$1" 2>/dev/null | sed -n 's/^.*subject: *//p' | sort -u
}

# The same in one line.
signers_of() {
	subjects_of "$1" | paste -s -d , | sed 's/,/, /g'
}

# True if the pvhboot in FILE, if it is there, is signed: without sbverify, too. The size of the certificate table is in the fifth of the PE
# header's data directories, which are behind other fields in a program for 64 bits.
is_signed() {
	[ -f "$1" ] || return 1
	header=$(pe_header_of "$1")
	[ "$(tail -c "+$((header + 1))" "$1" | head -c 2)" = PE ] || return 1
	size_at=$((header + 24 + 112 + 4 * 8 + 4))
	! is_for_ia32 "$1" || size_at=$((size_at - 16))
	[ "$(tail -c "+$((size_at + 1))" "$1" | head -c 4 | od -An -tu4 | tr -d ' ')" -gt 0 ] 2>/dev/null
}

# Where the PE header of FILE has its checksum, which signing changes, counted from 1.
checksum_place() {
	echo $(($(pe_header_of "$1") + 24 + 64 + 1))
}

# True if the file is the program that is to be installed there, whatever its signature, which is the wanted one if a key was
# named.
is_same_program() {
	program=$(program_for "$1")
	[ -n "$program" ] || return 1
	[ -z "$key" ] || sbverify --cert "$cert" "$1" >/dev/null 2>&1 || return 1
	! cmp -s "$program" "$1" || return 0
	[ -n "$(signers_of "$1")" ] || return 1
	make_scratch
	cp "$1" "$scratch/stripped"
	sbattach --remove "$scratch/stripped" >/dev/null 2>&1 || return 1
	[ "$(wc -c <"$program")" -eq "$(wc -c <"$scratch/stripped")" ] || return 1
	place=$(checksum_place "$program")
	cmp -l "$program" "$scratch/stripped" | awk -v place="$place" '$1 < place || $1 >= place + 4 { other = 1 } END { exit other }'
}

# Fails if FILE is signed and its replacement would not be: with Secure Boot on, the machine would no longer boot.
need_key_for() {
	[ -z "$key" ] || return 0
	! is_signed "$1" ||
		fail "$1: is signed, and its replacement would not be; name --key and --cert, or --force; nothing was changed"
}

# sign_program FILE OUTPUT: signs a program.
sign_program() {
	[ -z "$(signers_of "$1")" ] || fail "$1: is signed already; name the unsigned pvhboot.efi; nothing was changed"
	make_scratch
	try "$key, $cert: sbsign could not sign with these, nothing was changed" \
		sbsign --key "$key" --cert "$cert" --output "$2" "$1"
	try "$cert: does not belong to $key, nothing was changed" sbverify --cert "$cert" "$2"
}

# Makes efi and efi_ia32 the signed programs.
sign_binary() {
	[ -n "$key" ] || return 0
	for file in "$key" "$cert"; do
		{ [ -f "$file" ] && [ -r "$file" ]; } || fail "$file: cannot be read; name a file in PEM form; nothing was changed"
	done
	command -v sbsign >/dev/null || fail "sbsign is missing; install the package sbsigntool; nothing was changed"
	make_scratch
	sign_program "$efi" "$scratch/pvhboot.efi"
	efi=$scratch/pvhboot.efi
	if [ -n "$efi_ia32" ]; then
		sign_program "$efi_ia32" "$scratch/pvhbootia32.efi"
		efi_ia32=$scratch/pvhbootia32.efi
	fi
	echo "signed pvhboot $efi_version: $(signers_of "$efi")"
}
