# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
# shim in front of pvhboot: it is signed by Microsoft, starts the grubx64.efi beside it, and asks the machine owner's keys
# (MOK) whether that is signed. MokManager, which enrolls them, is mmx64.efi. For pvhboot-install.

# What shim is called in the folder $1 of the ESP: firmware looks for no other name in EFI/BOOT.
shim_path() {
	case $1 in
	"${FALLBACK%/*}") echo "$FALLBACK" ;;
	*) echo "$1/shimx64.efi" ;;
	esac
}

# True if shim starts pvhboot in the folder $1 of the ESP.
has_shim() {
	is_ours "$(on_esp "$1/grubx64.efi")"
}

# True if the file $1 is shim or MokManager, by its SBAT section.
is_shim() {
	[ -f "$1" ] && tr '\000' '\n' <"$1" | grep -a -q '^shim,[0-9]'
}

shim_version_of() {
	tr '\000' '\n' <"$1" | sed -n 's/^[$]Version: \(.*\) [$]$/\1/p' | head -n 1
}

shim_is_at_hand() {
	[ -r "$shim_folder/shimx64.efi.signed" ] && [ -r "$shim_folder/mmx64.efi.signed" ]
}

need_shim() {
	! has_ia32_firmware || fail "this computer has 32-bit firmware, and --shim is for 64-bit firmware"
	for name in shimx64 mmx64; do
		file=$shim_folder/$name.efi.signed
		[ -r "$file" ] ||
			fail "$file: cannot be read; install shim-signed and shim-helpers-amd64-signed, or name their folder with --shim=FOLDER"
		is_shim "$file" || fail "$file: is not shim's; name another folder with --shim=FOLDER"
	done
}

# True if the shim in the folder $1 of the ESP must not be replaced by the one at hand.
has_newer_shim() {
	file=$(on_esp "$(shim_path "$1")")
	[ "$force" = no ] && has_shim "$1" && is_shim "$file" || return 1
	version=$(shim_version_of "$file")
	[ -n "$version" ] && is_newer "$version" "$(shim_version_of "$shim_folder/shimx64.efi.signed")" || return 1
	echo "$file: newer, shim $version; left alone"
}

# Prints the vendors of the shim FILE, by its SBAT section: whose keys are in it.
shim_vendors_of() {
	tr '\000' '\n' <"$1" | sed -n 's/^\(shim[.][^,]*\),[0-9].*/\1/p' | sort -u
}

# True if the shim in the folder $1 of the ESP is of another origin than the one at hand, which then must not replace it: the
# firmware may trust none but its signers, and it none but its vendor's kernels.
has_foreign_shim() {
	file=$(on_esp "$(shim_path "$1")") other=$shim_folder/shimx64.efi.signed
	[ "$force" = no ] && has_shim "$1" && is_shim "$file" || return 1
	strange=$(subjects_of "$file" | grep -v -x -F -e "$(subjects_of "$other")") || :
	if [ -n "$strange" ]; then
		warn "$file: signed by ${strange%%"$NEWLINE"*}, and the shim at hand is not; left alone, --force replaces it"
	elif [ "$(shim_vendors_of "$file")" != "$(shim_vendors_of "$other")" ]; then
		warn "$file: of another vendor than the shim at hand, $(shim_vendors_of "$file"); left alone, --force replaces it"
	else
		return 1
	fi
}

# Adds shim's files in the folder $1 of the ESP to the changes, shim last: it must not be there without what it starts.
choose_shim_changes() {
	! has_newer_shim "$1" || return 0
	! has_foreign_shim "$1" || return 0
	for path in "$1/mmx64.efi" "$(shim_path "$1")"; do
		file=$(on_esp "$path")
		if [ -f "$file" ] && cmp -s "$(source_of "$path")" "$file"; then
			echo "$file is up to date"
		elif [ ! -e "$file" ] || [ "$force" = yes ] || is_ours "$file" || { is_shim "$file" && has_shim "$1"; }; then
			changes="$changes $path"
		else
			fail "$file: belongs to another boot loader; nothing was changed, --force replaces it"
		fi
	done
}

# Converts the certificate from PEM to DER, which is what mokutil and MokManager take.
print_certificate() {
	sed '/^-----BEGIN CERTIFICATE-----/,/^-----END CERTIFICATE-----/!d; /^-----END/q' "$cert" | grep -v '^-----' | base64 -d
}

# Puts the certificate onto the ESP, and tells how to enroll it.
offer_certificate() {
	[ -n "$cert" ] || return 0
	make_scratch
	print_certificate >"$scratch/pvhboot.cer" || fail "$cert: is not a certificate in PEM form"
	file=$(on_esp "$CERTIFICATE")
	cmp -s "$scratch/pvhboot.cer" "$file" || put_file "$scratch/pvhboot.cer" "$CERTIFICATE"
	cat <<END
shim starts pvhboot once this certificate is enrolled as the machine owner's key (MOK), by either way:
  mokutil --import $file
    asks for a password; at the next boot MokManager appears: Enroll MOK, Continue, Yes, the password, Reboot
  without mokutil: shim says at the next boot that the verification failed, and MokManager appears:
    Enroll key from disk, the ESP's name, EFI/, pvhboot/, pvhboot.cer, Continue, Yes, Reboot
END
}

# Removes shim's files from the folder $1 of the ESP, where shim starts pvhboot.
remove_shim() {
	for path in "$(shim_path "$1")" "$1/mmx64.efi"; do
		! is_shim "$(on_esp "$path")" || remove_path "$path"
	done
	[ ! -e "$(on_esp "$CERTIFICATE")" ] || [ "$1" != "${CERTIFICATE%/*}" ] || remove_path "$CERTIFICATE"
}

print_shim() {
	path=$(shim_path "$1")
	file=$(on_esp "$path")
	if ! is_shim "$file"; then
		echo "$path: no shim, which should start grubx64.efi: pvhboot-install install --shim"
		return
	fi
	text="shim $(shim_version_of "$file")"
	if shim_is_at_hand && cmp -s "$shim_folder/shimx64.efi.signed" "$file"; then
		text="$text, up to date"
	elif shim_is_at_hand; then
		text="$text, not the one that is installed, $(shim_version_of "$shim_folder/shimx64.efi.signed")"
	fi
	echo "$path: $text"
	[ -e "$(on_esp "$1/mmx64.efi")" ] || echo "$1/mmx64.efi: not there; without it no key can be enrolled"
}
