# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
# What is on the ESP, and what of it would boot. For pvhboot-install.

print_copy() {
	file=$(on_esp "$1")
	case $(state_of "$file") in
	missing) text="not installed" ;;
	foreign) text="not pvhboot" ;;
	current) text="$efi_version, up to date" ;;
	newer) text="$(version_of "$file"), newer than $efi_version" ;;
	older) text="$(version_of "$file"), out of date: pvhboot-install update installs $efi_version" ;;
	unknown) text="$(version_of "$file"), no pvhboot.efi at hand to compare it with" ;;
	esac
	signers=$(signers_of "$file")
	echo "$1: $text${signers:+, signed by $signers}"
}

# What is in the folder of PATH, where pvhboot is unless shim is in front of it.
print_folder() {
	if ! has_shim "${1%/*}"; then
		print_copy "$1"
		return
	fi
	print_shim "${1%/*}"
	print_copy "${1%/*}/grubx64.efi"
	[ "$1" = "$FALLBACK" ] || ! is_ours "$(on_esp "$1")" || print_copy "$1"
}

print_partition_entries() {
	first=$(boot_order | head -n 1)
	numbers=$(entries_of "$3")
	[ -n "$numbers" ] || echo "boot entry: none"
	for number in $numbers; do
		case $number in
		"$first") echo "boot entry: Boot$number, the first" ;;
		*) echo "boot entry: Boot$number, not the first" ;;
		esac
	done
}

print_firmware() {
	if [ -n "$device" ] && has_variables; then
		for_each_partition print_partition_entries
	fi
	case $(secure_boot_state) in
	none) echo "EFI variables: none; not started by EFI, or through PVH: whether Secure Boot is on cannot be told" ;;
	off) echo "Secure Boot: off" ;;
	setup) echo "Secure Boot: off, setup mode: keys can be enrolled" ;;
	insecure) echo "Secure Boot: on, but shim's validation is switched off (MokSBState): nothing is verified" ;;
	unknown) echo "Secure Boot: its variables cannot be read" ;;
	on) print_secure_boot_on ;;
	esac
}

print_secure_boot_on() {
	for path in $(all_copies); do
		if [ -n "$(signers_of "$(on_esp "$path")")" ]; then
			echo "Secure Boot: on, the firmware starts what is signed by a certificate in db, shim by one in MOK"
			return
		fi
	done
	echo "Secure Boot: on, the firmware refuses pvhboot"
}

# Prints which entries would boot in the machine's state of Secure Boot: pvhinfo decides as the loader does.
print_verdicts() {
	for pvhinfo in "$here/../bin/pvhinfo" "$here/../build/pvhinfo"; do
		[ ! -x "$pvhinfo" ] || break
	done
	[ -x "$pvhinfo" ] || return 0
	state=$(secure_boot_state)
	case $state in
	none) state=on ;;
	setup) state=off ;;
	esac
	other=
	! find_boot_partition || other=$boot_path
	verdicts=$("$pvhinfo" --esp "$esp" ${other:+--xbootldr "$other"} --secure-boot "$state" 2>/dev/null | awk '
	/^[^ ]/ { name = $0; bad = sub(/: not bootable.*/, "", name); sub(/: (bootable|not for this machine).*/, "", name)
		if (bad) print "  " name ": not bootable, pvhinfo --esp says why" }
	/^  secure boot / { sub(/^  secure boot +/, ""); print "  " name ": " $0 }')
	[ -z "$verdicts" ] || printf 'with Secure Boot %s:\n%s\n' "$state" "$verdicts"
}

run_status() {
	if [ ! -x "$esp" ] || [ ! -r "$esp" ]; then
		fail "$esp: cannot be read; run this as root"
	fi
	find_efi || efi='' efi_ia32='' efi_version=''
	echo "ESP: $esp (${device:-a folder})"
	for path in "$BINARY" "$FALLBACK"; do
		print_folder "$path"
	done
	[ ! -e "$(on_esp "$FALLBACK_IA32")" ] || print_copy "$FALLBACK_IA32"
	echo "loader/entries: $(find "$(on_esp loader/entries)" -maxdepth 1 -iname '*.conf' 2>/dev/null | wc -l) entries"
	print_drivers
	print_boot_partition
	print_firmware
	print_verdicts
	status=$EXIT_NOT_INSTALLED
	for path in $(all_copies); do
		file=$(on_esp "$path")
		is_ours "$file" || continue
		[ "$status" = $EXIT_OUT_OF_DATE ] || status=0
		[ "$(state_of "$file")" != older ] || status=$EXIT_OUT_OF_DATE
	done
	exit "$status"
}
