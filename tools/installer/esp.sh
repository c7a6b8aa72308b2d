# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
# The EFI system partition: which it is, and what is on it. For pvhboot-install.

# Prints DEVICE and FSTYPE of what is mounted at $1; nothing for a plain folder.
mounted_at() {
	# An automount shows its file system after it has been looked at.
	ls "$1/." >/dev/null 2>&1 || :
	command -v findmnt >/dev/null || return 0
	findmnt --noheadings --raw --nofsroot --output SOURCE,FSTYPE --mountpoint "$1" | tail -n 1
}

# Prints NUMBER, TYPE or UUID ($2) of the partition $1 in its partition table; nothing when that cannot be read.
partition_fact() {
	blkid -p -o export "$1" 2>/dev/null | sed -n "s/^PART_ENTRY_$2=//p"
}

# True when the mount $1, DEVICE and FSTYPE, is an EFI system partition, or what no one can tell from it.
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
		[ -z "$mounted" ] || is_esp "$mounted" || warn "$esp: no EFI system partition; firmware may not look there"
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
	[ -w "$esp" ] || fail "$esp: cannot write there; run this as root, or mount -o remount,rw $esp"
}

# Prints the file NAME of FOLDER. FAT has no case, the folder of an image to be has: what is there in other case is it.
find_name() {
	found=
	[ -e "$1/$2" ] || found=$(find "$1" -mindepth 1 -maxdepth 1 -iname "$2" 2>/dev/null | head -n 1)
	printf '%s\n' "${found:-$1/$2}"
}

# Prints where PATH is on the ESP, there or not.
on_esp() {
	place=$esp
	names=$1/
	while [ -n "$names" ]; do
		place=$(find_name "$place" "${names%%/*}")
		names=${names#*/}
	done
	printf '%s\n' "$place"
}

# Prints what the copy at $1 is beside the binary to install: missing, foreign, current, older or newer.
# One of the same version and other bytes is called older.
state_of() {
	if [ ! -e "$1" ]; then
		echo missing
		return
	fi
	version=
	[ ! -f "$1" ] || version=$(version_of "$1")
	if [ -z "$version" ]; then
		echo foreign
	elif cmp -s "$efi" "$1"; then
		echo current
	elif is_newer "$version" "$efi_version"; then
		echo newer
	else
		echo older
	fi
}
