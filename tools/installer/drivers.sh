# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
# EFI drivers, with which pvhboot reads file systems that the firmware does not know. For pvhboot-install.

DRIVERS=EFI/pvhboot/drivers
# What was put there, with SHA-256, as sha256sum prints it: a driver of another origin is not replaced unasked.
DRIVER_LIST=$DRIVERS/pvhboot.sha256
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
	[ -r "$driver_file" ] || fail "$driver_file: cannot be read; run this as root, or name another file"
	[ "$(head -c 2 "$driver_file" | tr '\000' ' ')" = MZ ] || fail "$driver_file: not an EFI program"
}

# Prints the line of the list for the driver in FILE.
driver_line() {
	printf '%s  %s\n' "$(sha256sum <"$1" | cut -d ' ' -f 1)" "${1##*/}"
}

# True if the driver in FILE, on the ESP, was put there by this program.
is_own_driver() {
	list=$(on_esp "$DRIVER_LIST")
	[ -f "$1" ] && [ -f "$list" ] && grep -q -i -x -F -e "$(driver_line "$1")" "$list"
}

# Adds the driver to changes, unless it is there. Fails when it must not be replaced. What is there already counts as put
# there, since it is what was asked for.
choose_driver() {
	path=$DRIVERS/${driver_file##*/}
	file=$(on_esp "$path")
	if [ -f "$file" ] && cmp -s "$driver_file" "$file"; then
		echo "$file is up to date"
	elif [ ! -e "$file" ] || [ "$force" = yes ] || is_own_driver "$file"; then
		changes="$changes $path"
	else
		fail "$file: another driver, which pvhboot-install has not put there; nothing was changed, --force replaces it"
	fi
	! secure_boot_is_on || warn "Secure Boot is on: the firmware starts the driver only if it is signed, and shim starts none"
}

# Writes the driver's line into the list: before it is written, beside that of the driver that it replaces, if any, so that
# one of them is right whatever happens; with "only", afterwards, in its place.
list_driver() {
	[ -n "$driver" ] && [ "$dry_run" = no ] || return 0
	list=$(on_esp "$DRIVER_LIST")
	make_scratch
	: >"$scratch/list"
	[ ! -f "$list" ] || awk -v name="${driver_file##*/}" -v line="$(driver_line "$driver_file")" -v only="${1-}" \
		'$0 != line && (!only || tolower(substr($0, 67)) != tolower(name))' "$list" >"$scratch/list"
	driver_line "$driver_file" >>"$scratch/list"
	if [ ! -f "$list" ] || ! cmp -s "$scratch/list" "$list"; then
		put_file "$scratch/list" "$DRIVER_LIST" >/dev/null
	fi
}

print_drivers() {
	for file in "$(on_esp "$DRIVERS")"/*; do
		[ ! -f "$file" ] || [ "${file##*/}" = "${DRIVER_LIST##*/}" ] || echo "driver: $DRIVERS/${file##*/}"
	done
}
