# asker.sh -- a session that a script talks to.
#
#	. "$top_srcdir/tests/directory/asker.sh"
#	asker_start 'servers=ldap://127.0.0.11' "ca_file=/tmp/one/ca/ca.pem"
#	is 'all are found' "$(ask count "$ldif_base" '(uid=*)' uid)" 'ok 10 10'
#	asker_stop
#
# One at a time; asker.c says what can be asked.

# asker_start KEY=VALUE...
asker_start() {
	asker_folder=$(mktemp -d)
	mkfifo "$asker_folder/in" "$asker_folder/out"
	"$top_builddir/tests/directory/asker" "$@" \
	    <"$asker_folder/in" >"$asker_folder/out" 2>"$asker_folder/err" &
	asker_pid=$!
	exec 7>"$asker_folder/in" 8<"$asker_folder/out"
}

# ask WORD...: the reply to a command.
ask() {
	asker_line=$1
	shift
	for asker_word; do
		asker_line="$asker_line	$asker_word"
	done
	kill -0 "$asker_pid" 2>/dev/null || {
		echo "asker has ended: $(cat "$asker_folder/err")"
		return
	}
	# It may end at this moment; the reply says why, not a signal.
	(trap '' PIPE && printf '%s\n' "$asker_line" >&7) 2>/dev/null
	IFS= read -r asker_reply <&8 || asker_reply="no reply: $(cat "$asker_folder/err")"
	printf '%s\n' "$asker_reply"
}

# says DESCRIPTION PART WORD...: the reply has PART in it.
says() {
	asker_what=$1
	asker_part=$2
	shift 2
	asker_got=$(ask "$@")
	case $asker_got in
	*"$asker_part"*) is "$asker_what" yes yes ;;
	*) is "$asker_what" "$asker_got" "$asker_part" ;;
	esac
}

# until_says DESCRIPTION PART WORD...: the reply has it, within seconds.
until_says() {
	asker_what=$1
	asker_part=$2
	shift 2
	asker_tries=0
	while :; do
		asker_got=$(ask "$@")
		case $asker_got in
		*"$asker_part"*) break ;;
		esac
		asker_tries=$((asker_tries + 1))
		[ "$asker_tries" -lt 100 ] || break
		sleep 0.1
	done
	case $asker_got in
	*"$asker_part"*) is "$asker_what" yes yes ;;
	*) is "$asker_what" "$asker_got" "$asker_part" ;;
	esac
}

# asker_stop: its exit status.
asker_stop() {
	printf 'quit\n' >&7
	exec 7>&- 8<&-
	wait "$asker_pid"
	asker_status=$?
	rm -rf "$asker_folder"
	return "$asker_status"
}
