# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
# The firmware's boot entries, which are EFI variables. For pvhboot-install.

has_variables() {
	[ -n "$(ls "$EFIVARS" 2>/dev/null)" ]
}

# Prints the bytes of the EFI variable $1 of the vendor $2, or UEFI's, as numbers on one line. The four bytes of attributes before them are cut off here,
# since od cannot skip them: efivarfs does not support seeking.
variable_bytes() {
	od -An -v -tu1 "$EFIVARS/$1-${2:-$EFI_GLOBAL}" 2>/dev/null | tr -s ' \n' ' ' | cut -d ' ' -f 6-
}

secure_boot_is_on() {
	[ "$(secure_boot_state)" = on ]
}

# Prints the state of Secure Boot, as the loader sees it: off, setup, on, insecure or unknown; none without variables.
# MokSBState itself is not for the operating system; shim makes MokSBStateRT of it.
secure_boot_state() {
	if ! has_variables; then
		echo none
	elif [ ! -e "$EFIVARS/SecureBoot-$EFI_GLOBAL" ]; then
		echo off
	else
		case $(variable_bytes SecureBoot):$(variable_bytes SetupMode):$(variable_bytes MokSBStateRT "$SHIM_LOCK") in
		0\ :1\ :* | 1\ :1\ :*) echo setup ;;
		0\ :*) echo off ;;
		1\ :0\ :1\ ) echo insecure ;;
		1\ :0\ :*) echo on ;;
		*) echo unknown ;;
		esac
	fi
}

boot_order() {
	variable_bytes BootOrder | awk '{ for (i = 1; i < NF; i += 2) printf "%04X\n", $i + 256 * $(i + 1) }'
}

# Prints the contents of the boot entry BOOT####, one per line: "active" or "inactive"; the partition's UUID, as blkid
# prints it; the file's path in lower case; the bytes of the options. (UEFI 2.10: EFI_LOAD_OPTION in 3.1.3; the device
# path nodes 4/1, a partition, and 4/4, a file, in 10.3.5.)
read_boot_entry() {
	variable_bytes "$1" | awk '
	function u16(at) { return $at + 256 * $(at + 1) }
	function hex(at, count, step,    text) {
		for (; count > 0; count--) { text = text sprintf("%02x", $at); at += step }
		return text
	}
	function partition_uuid(at) {
		if ($(at + 41) == 1) return hex(at + 27, 4, -1) "-" sprintf("%02x", $(at + 4))
		return hex(at + 27, 4, -1) "-" hex(at + 29, 2, -1) "-" hex(at + 31, 2, -1) "-" \
			hex(at + 32, 2, 1) "-" hex(at + 34, 6, 1)
	}
	function text(at, end,    result) {
		for (; at < end && u16(at); at += 2) result = result ($(at + 1) ? "?" : sprintf("%c", $at))
		return tolower(result)
	}
	function rest(at,    result) {
		for (; at <= NF; at++) result = result " " $at
		return result
	}
	{
		start = 7
		while (start < NF && u16(start)) start += 2
		end = start + 2 + u16(5)
		for (at = start + 2; at + 3 < end && u16(at + 2) >= 4; at += u16(at + 2)) {
			if ($at == 4 && $(at + 1) == 1) uuid = partition_uuid(at)
			if ($at == 4 && $(at + 1) == 4) path = path text(at + 4, at + u16(at + 2))
		}
		print ($1 % 2 ? "active" : "inactive") "\n" uuid "\n" path "\n" rest(end)
	}'
}

# Sets entry_active, entry_uuid, entry_path and entry_options from the boot entry Boot$1. They are empty when it does not
# exist: the boot order may name deleted entries.
load_boot_entry() {
	{
		read -r entry_active || :
		read -r entry_uuid || :
		read -r entry_path || :
		read -r entry_options || :
	} <<END
$(read_boot_entry "Boot$1")
END
}

# Prints the path of the file that a boot entry starts: pvhboot, or shim in front of it.
entry_file() {
	case "$shims " in
	*" EFI/pvhboot "*) echo '\EFI\pvhboot\shimx64.efi' ;;
	*) echo '\EFI\pvhboot\pvhboot.efi' ;;
	esac
}

# Prints the options as the entry has them: shim takes their first word for the program that it is to start.
entry_text() {
	case $options:$(entry_file) in
	:*) ;;
	*shimx64.efi) printf '%s %s' '\EFI\pvhboot\grubx64.efi' "$options" ;;
	*) printf '%s' "$options" ;;
	esac
}

# Prints the numbers of the boot entries for our binary on partition UUID, those in the boot order first.
entries_of() {
	{
		boot_order
		find "$EFIVARS" -name "Boot[0-9A-F][0-9A-F][0-9A-F][0-9A-F]-$EFI_GLOBAL" | sed 's,.*/Boot,,; s,-.*,,' | sort
	} | awk '!seen[$0]++' | while read -r number; do
		load_boot_entry "$number"
		[ "$entry_uuid" = "$1" ] || continue
		case $entry_path in
		'\efi\pvhboot\pvhboot.efi' | '\efi\pvhboot\shimx64.efi') echo "$number" ;;
		esac
	done
}

# Prints DISK, NUMBER and UUID of each partition that holds the ESP: several if it is on RAID 1, of which the firmware
# knows nothing. lsblk --inverse prints the disk of a partition on the line after it.
esp_partitions() {
	lsblk --inverse --noheadings --raw --paths --output NAME,TYPE "$device" 2>/dev/null | awk '
	NR == 1 && $2 != "part" && $2 != "raid1" { exit }
	partition { print $1, partition; partition = "" ; next }
	$2 == "part" { partition = $1 }' |
		while read -r disk partition; do
			echo "$disk $(partition_fact "$partition" NUMBER) $(partition_fact "$partition" UUID)"
		done
}

# Runs efibootmgr, which changes the firmware's variables.
change_variables() {
	[ "$dry_run" = no ] || return 0
	try "the firmware refused to change its boot entries (--no-variables leaves them alone)" \
		efibootmgr -q "$@"
}

drop_entries() {
	for number in "$@"; do
		change_variables -b "$number" -B
		tell "removed the boot entry Boot$number"
	done
}

create_entry() {
	# After "--", efibootmgr does not take pvhboot's options for its own.
	change_variables -c -d "$1" -p "$2" -L "$LABEL" -l "$(entry_file)" ${options:+-u -- "$(entry_text)"}
	tell "registered $LABEL on $1, partition $2, as the firmware's first boot entry"
}

# Makes the boot entry $1 active and the first in the boot order.
promote_entry() {
	load_boot_entry "$1"
	[ "$entry_active" = active ] || change_variables -a -b "$1"
	order=$(boot_order)
	[ "${order%%"$NEWLINE"*}" != "$1" ] || return 0
	change_variables -o "$1$(printf '%s\n' "$order" | grep -v -x "$1" | sed '/./s/^/,/' | tr -d '\n')"
	tell "made Boot$1 the firmware's first boot entry"
}

# Converts standard input from UTF-8 to UCS-2, which firmware uses, and prints a number for each byte.
ucs2_bytes() {
	od -An -v -tu1 | tr -s ' \n' ' ' | awk '
	{
		for (i = 1; i <= NF; i++) {
			code = $i
			more = code < 192 ? 0 : code < 224 ? 1 : code < 240 ? 2 : 3
			if (more) code %= more == 1 ? 32 : more == 2 ? 16 : 8
			for (; more > 0; more--) code = code * 64 + $(++i) % 64
			printf "%s%d %d", (separator++ ? " " : ""), code % 256, int(code / 256)
		}
	}'
}

# True when the boot entry $1 starts the right file with the requested options, with or without a terminating NUL.
is_wanted_entry() {
	load_boot_entry "$1"
	[ "$entry_path" = "$(entry_file | tr '[:upper:]' '[:lower:]')" ] || return 1
	[ "$has_options" = no ] || [ "${entry_options%" 0 0"}" = "$(entry_text | ucs2_bytes)" ]
}

register_partition() {
	# shellcheck disable=SC2046 # one word each
	set -- "$1" "$2" $(entries_of "$3")
	if [ $# -gt 2 ] && is_wanted_entry "$3"; then
		promote_entry "$3"
		shift 3
	else
		create_entry "$1" "$2"
		shift 2
	fi
	drop_entries "$@"
}

# True when boot entries can be changed; otherwise prints why not.
can_change_entries() {
	not_done="no boot entry is $1"
	if [ "$variables" = no ]; then
		return 1
	elif [ -z "$device" ]; then
		echo "$esp is a folder, not a mounted partition: $not_done"
	elif ! has_variables; then
		warn "no EFI variables in $EFIVARS: $not_done; a kernel started through PVH has none, boot it through EFI"
	elif ! command -v efibootmgr >/dev/null; then
		warn "efibootmgr is not installed: $not_done"
	else
		return 0
	fi
	return 1
}

# Calls $1 with DISK, NUMBER and UUID of each partition that holds the ESP.
for_each_partition() {
	partitions=$(esp_partitions)
	while read -r disk number uuid; do
		if [ -z "$uuid" ]; then
			warn "$device: not a partition that the firmware could find; its boot entries are left alone"
		else
			"$1" "$disk" "$number" "$uuid"
		fi
	done <<END
$partitions
END
}

register() {
	! can_change_entries made || for_each_partition register_partition
}

# shellcheck disable=SC2046 # one word each
remove_partition_entries() {
	drop_entries $(entries_of "$3")
}

unregister() {
	! can_change_entries removed || for_each_partition remove_partition_entries
}
