# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
# EFI drivers, with which pvhboot reads file systems that the firmware does not know. For pvhboot-install.

DRIVERS=EFI/pvhboot/drivers
# Where Debian's package refind has them.
REFIND_DRIVERS=/usr/share/refind/refind/drivers_x64

# Sets driver_file to what --driver names: a file, or by its name one of rEFInd's.
need_driver() {
	case $driver in
	*/*) driver_file=$driver ;;
	*) driver_file=$REFIND_DRIVERS/${driver}_x64.efi ;;
	esac
	[ -f "$driver_file" ] || fail "$driver_file: no such driver; install Debian's package refind, or name a file"
	case ${driver_file##*/} in
	*[!A-Za-z0-9._-]*) fail "$driver_file: rename it; only letters, digits, dots, - and _ can be in a driver's name" ;;
	*[xX]64.[eE][fF][iI] | *[iI][aA]32.[eE][fF][iI]) ;;
	*) fail "$driver_file: rename it; pvhboot starts only drivers whose names end in x64.efi or ia32.efi" ;;
	esac
	[ "$(head -c 2 "$driver_file")" = MZ ] || fail "$driver_file: not an EFI program"
}

# Adds the driver to changes, unless it is there.
choose_driver() {
	path=$DRIVERS/${driver_file##*/}
	if cmp -s "$driver_file" "$(on_esp "$path")"; then
		echo "$(on_esp "$path") is up to date"
	else
		changes="$changes $path"
	fi
	! secure_boot_is_on || warn "Secure Boot is on: the firmware starts the driver only if it is signed, and shim starts none"
}

print_drivers() {
	for file in "$(on_esp "$DRIVERS")"/*; do
		[ ! -f "$file" ] || echo "driver: $DRIVERS/${file##*/}"
	done
}
