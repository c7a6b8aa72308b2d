# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# bash completion for the programs of pvhboot. Their options are those that their own --help has.

_pvhboot() {
	local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} words=
	COMPREPLY=()
	case $1:$previous in
	*:--secure-boot) words='on off insecure unknown' ;;
	*:--driver) words='ext4 btrfs' ;;
	esac
	case $1:$current in
	*:-*) words=$("$1" --help 2>/dev/null | grep -oE -- '--[a-z][a-z0-9-]*' | sort -u) ;;
	*pvhboot-install:*) words="$words install update remove status" ;;
	*pvhboot-bless:*) words="$words good bad indeterminate status" ;;
	*pvhboot-kernel:*) [ "$COMP_CWORD" -gt 1 ] || words='add add-all image list remove' ;;
	esac
	case $1:$previous in
	*pvhboot-kernel:remove) words=$("$1" list 2>/dev/null | sed -n 's/  has an entry.*//p') ;;
	*pvhboot-kernel:add) words=$("$1" list 2>/dev/null | sed 's/  .*//') ;;
	esac
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
	[[ $current = -* ]] || mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -- "$current")
}

complete -o filenames -F _pvhboot pvhinfo pvhboot-bless pvhboot-install pvhboot-kernel pvhboot-mkimage pvhboot-run
