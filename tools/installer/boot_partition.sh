# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
# A /boot of its own: what pvhboot needs to start kernels from it. Nothing is changed there. For pvhboot-install.

# The type of an extended boot loader partition (XBOOTLDR), in a GPT and in an MBR.
XBOOTLDR_TYPE_GPT=bc13c2ff-59e6-4262-a352-b275fd6f7172
XBOOTLDR_TYPE_MBR=0xea

# Sets boot_device and boot_kind, its file system. False if /boot is part of another file system, or the ESP.
find_boot_partition() {
	mounted=$(mounted_at "$boot_path")
	boot_device=${mounted%% *} boot_kind=${mounted##* }
	[ -n "$mounted" ] && [ "$boot_device" != "$device" ] && [ "$boot_path" != "$esp" ]
}

# Prints the disk of the partition $1, or nothing if it is on several, or on none.
disk_of() {
	lsblk --inverse --noheadings --raw --paths --output NAME,TYPE "$1" 2>/dev/null | awk '
	NR == 1 && $2 != "part" { exit }
	NR == 2 { disk = $1 }
	END { if (NR == 2) print disk }'
}

# True if there is a driver for the file system $1 on the ESP. The one for ext4 reads ext3, and ext2, too.
has_driver() {
	case $1 in
	vfat) return 0 ;;
	ext2) names=ext ;;
	ext3) names=ext4 ;;
	*) names=$1 ;;
	esac
	for folder in "$DRIVERS" EFI/systemd/drivers; do
		[ -z "$(find "$(on_esp "$folder")" -maxdepth 1 -iname "$names*.efi" 2>/dev/null)" ] || return 0
	done
	return 1
}

# Prints what is missing to start kernels from /boot, or that nothing is.
describe_boot_partition() {
	number=$(partition_fact "$boot_device" NUMBER) disk=$(disk_of "$boot_device")
	case $(partition_fact "$boot_device" TYPE) in
	"$XBOOTLDR_TYPE_GPT" | "$XBOOTLDR_TYPE_MBR") ;;
	"")
		echo "its type in the partition table cannot be told"
		return
		;;
	0x*)
		echo "not read, since its type is not that of XBOOTLDR: sfdisk --part-type ${disk:-DISK} $number ${XBOOTLDR_TYPE_MBR#0x}"
		return
		;;
	*)
		echo "not read, since its type is not that of XBOOTLDR: sfdisk --part-type ${disk:-DISK} $number $XBOOTLDR_TYPE_GPT"
		return
		;;
	esac
	if [ -n "$disk" ] && [ -n "$device" ] && [ "$disk" != "$(disk_of "$device")" ]; then
		echo "XBOOTLDR, but not read, since it is not on the disk of $device"
	elif ! has_driver "$boot_kind"; then
		echo "XBOOTLDR, but not read without a driver: pvhboot-install --driver $boot_kind"
	else
		echo "XBOOTLDR"
	fi
}

print_boot_partition() {
	find_boot_partition || return 0
	echo "$boot_path: $boot_device, $boot_kind, $(describe_boot_partition)"
	count=$(find "$boot_path/loader/entries" -maxdepth 1 -name '*.conf' 2>/dev/null | wc -l)
	if [ "$count" -gt 0 ]; then
		echo "$boot_path/loader/entries: $count entries"
	else
		echo "$boot_path/loader/entries: no entries; how kernel-install writes them is in pvhboot-install(8), \"A /boot of its own\""
	fi
}
