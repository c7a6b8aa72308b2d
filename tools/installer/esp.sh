# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
# Finding the EFI system partition, and files on it. For pvhboot-install.

# Prints DEVICE and FSTYPE of the file system mounted at $1, or nothing for a plain folder.
mounted_at() {
	# An automount only shows its file system once it has been accessed.
	ls "$1/." >/dev/null 2>&1 || :
	command -v findmnt >/dev/null || return 0
	findmnt --noheadings --raw --nofsroot --output SOURCE,FSTYPE --mountpoint "$1" | tail -n 1
}

# Prints NUMBER, TYPE or UUID ($2) of partition $1 in its partition table, or nothing if that cannot be read.
partition_fact() {
	blkid -p -o export "$1" 2>/dev/null | sed -n "s/^PART_ENTRY_$2=//p"
}

# True when the mount $1, DEVICE and FSTYPE, is an EFI system partition or cannot be told from one.
is_esp() {
	[ "${1##* }" = vfat ] || return 1
	case $(partition_fact "${1%% *}" TYPE) in
	"" | "$ESP_TYPE_GPT" | "$ESP_TYPE_MBR") ;;
	*) return 1 ;;
	esac
}

# Sets esp and device, which is empty when the ESP is a plain folder.
find_esp() {
	if [ -n "$esp" ]; then
		[ -d "$esp" ] || fail "$esp: no such folder; name the folder that the EFI system partition is mounted at"
		esp=$(readlink -f "$esp")
		mounted=$(mounted_at "$esp")
		device=${mounted%% *}
		[ -z "$mounted" ] || is_esp "$mounted" || warn "$esp: not an EFI system partition; firmware may not look there"
		return
	fi
	for esp in $MOUNT_POINTS; do
		mounted=$(mounted_at "$esp")
		device=${mounted%% *}
		! is_esp "$mounted" || return 0
	done
	fail "no EFI system partition is mounted at /efi, /boot/efi or /boot; mount it there, or name its folder"
}

need_writable_esp() {
	[ -w "$esp" ] || fail "$esp: cannot be written to; run this as root, or mount -o remount,rw $esp"
}

# Prints the path of file NAME in FOLDER. Case is ignored, as on FAT, also in a plain folder that will become an image.
find_name() {
	found=
	[ -e "$1/$2" ] || found=$(find "$1" -mindepth 1 -maxdepth 1 -iname "$2" 2>/dev/null | head -n 1)
	printf '%s\n' "${found:-$1/$2}"
}

# Prints the full path of PATH on the ESP, whether it exists or not.
on_esp() {
	place=$esp
	names=$1/
	while [ -n "$names" ]; do
		place=$(find_name "$place" "${names%%/*}")
		names=${names#*/}
	done
	printf '%s\n' "$place"
}

# Prints the state of the copy at $1, compared to the binary to install: missing, foreign, current, older or newer, or
# unknown where that is not at hand. A different file of the same version counts as older.
state_of() {
	if [ ! -e "$1" ]; then
		echo missing
		return
	fi
	version=
	[ ! -f "$1" ] || version=$(version_of "$1")
	if [ -z "$version" ]; then
		echo foreign
	elif [ -z "$(program_for "$1")" ]; then
		echo unknown
	elif is_same_program "$1"; then
		echo current
	elif is_newer "$version" "$efi_version"; then
		echo newer
	else
		echo older
	fi
}
