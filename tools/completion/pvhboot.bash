# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# bash completion for the programs of pvhboot. Their options are those that their own --help has.

_pvhboot() {
	local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} words='' files=yes command='' word
	for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
		case $word in
		add | add-all | image | list | remove) command=$word ;;
		esac
	done
	COMPREPLY=()
	case $1:$previous in
	*:--secure-boot) words='on off insecure unknown' ;;
	*:--driver) words='ext4 btrfs' ;;
	*pvhboot-mkimage:--format) words='raw qcow2' files=no ;;
	esac
	case $1:$current in
	*:-*) words=$("$1" --help 2>/dev/null | grep -oE -- '--[a-z][a-z0-9-]*' | sort -u) ;;
	*pvhboot-install:*) words="$words install update remove status" ;;
	*pvhboot-bless:*) words="$words good bad indeterminate status" ;;
	esac
	case $1:$command:$previous in
	*pvhboot-kernel:*:--*) [ "$previous" != --dry-run ] && [ "$previous" != --hook ] || files=no ;;
	*pvhboot-kernel:remove:remove | *pvhboot-kernel:add:add | *pvhboot-kernel::* | *pvhboot-kernel:list:* | *pvhboot-kernel:add-all:*) files=no ;;
	esac
	case $1:$command:$files:$current in
	*:*:*:-*) ;;
	*pvhboot-kernel::no:*) words='add add-all image list remove' ;;
	*pvhboot-kernel:remove:no:*) words=$("$1" list 2>/dev/null | sed -n 's/  has an entry.*//p') ;;
	*pvhboot-kernel:add:no:*) words=$("$1" list 2>/dev/null | sed 's/  .*//') ;;
	esac
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
	[[ $files = no || $current = -* ]] || mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -- "$current")
}

complete -o filenames -F _pvhboot pvhinfo pvhboot-bless pvhboot-install pvhboot-kernel pvhboot-mkimage pvhboot-run
