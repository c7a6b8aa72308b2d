# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
# Writing files to the EFI system partition atomically, and removing them after a failure. For pvhboot-install.

# What to remove on failure: the file being written, and new files and folders, one per line.
temporary='' made=''

take_back() {
	[ "$dry_run" = no ] || return 0
	[ -z "$temporary" ] || rm -f "$temporary"
	while IFS= read -r path; do
		if [ -d "$path" ]; then
			rmdir "$path" 2>/dev/null || :
		elif [ -n "$path" ]; then
			rm -f "$path"
		fi
	done <<END
$made
END
}

# try WHAT COMMAND...: runs a command. On failure prints one line: WHAT, and the command's reason.
try() {
	what=$1
	shift
	if ! problem=$("$@" 2>&1); then
		problem=${problem%%"$NEWLINE"*}
		fail "$what: ${problem##*: }"
	fi
}

make_folder() {
	folder=$(on_esp "$1")
	case $NEWLINE$made in *"$NEWLINE$folder$NEWLINE"*) return 0 ;; esac
	[ ! -d "$folder" ] || return 0
	case $1 in */*) make_folder "${1%/*}" ;; esac
	folder=$(on_esp "$1")
	[ ! -e "$folder" ] || fail "$folder: is a file, where a folder is needed; move it away"
	[ "$dry_run" = yes ] || try "$folder: could not be created" mkdir "$folder"
	made=$folder$NEWLINE$made
	tell "made $folder"
}

write_and_sync() {
	cat "$1" >"$2" && sync "$2"
}

# Copies SOURCE to PATH on the ESP, atomically, replacing an existing file.
put_file() {
	make_folder "${2%/*}"
	target=$(on_esp "$2")
	[ ! -d "$target" ] || fail "$target: is a folder; move it away"
	if [ "$dry_run" = no ]; then
		temporary=${target%/*}/pvhboot.new
		try "$target: could not be written, nothing is changed there" write_and_sync "$1" "$temporary"
		cmp -s "$1" "$temporary" || fail "$target: does not read back as it was written; check the disk"
		[ -e "$target" ] || made=$target$NEWLINE$made
		try "$target: could not be replaced" mv -f "$temporary" "$target"
		temporary=
		try "$target: could not be synced" sync "${target%/*}"
	fi
	tell "copied $1 to $target"
}

# Prints how many KiB the file takes; 0 if there is none.
kib_of() {
	if [ -f "$1" ]; then
		echo $(($(wc -c <"$1") / 1024 + 1))
	else
		echo 0
	fi
}

# Checks the free space before writing, so that not only some of the files are replaced.
check_space() {
	[ $# -gt 0 ] || return 0
	needed=$SPARE_KIB largest=0
	for path in "$@"; do
		size=$(kib_of "$(source_of "$path")")
		[ "$size" -le "$largest" ] || largest=$size
		needed=$((needed + size - $(kib_of "$(on_esp "$path")")))
	done
	# One copy more, since the old and the new file exist at the same time for a moment.
	needed=$((needed + largest))
	free=$(df -Pk "$esp" | awk 'NR == 2 { print $4 }')
	[ "$free" -ge "$needed" ] || fail "$esp: $needed KiB are needed, but only $free KiB are free; remove old kernels from it"
}

write_loader_conf() {
	config=$(on_esp loader/loader.conf)
	[ ! -e "$config" ] || return 0
	if [ "$dry_run" = no ]; then
		made=$config$NEWLINE$made
		try "$config: could not be written" print_loader_conf "$config"
	fi
	tell "made $config"
}

print_loader_conf() {
	cat >"$1" <<'END' && sync "$1"
# How pvhboot (and systemd-boot) chooses from loader/entries/; see pvhboot-entries(5).
#timeout 3
#default *
END
}
