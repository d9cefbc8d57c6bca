# agreeing.sh -- that "idmap show", the name service and PAM tell the same of each
# account.
#
#	each() { ... "$1" ...; }	# with name, rid and whatever there is of it
#	who_wins() { wins=...; }	# the step that decides; empty: nobody
#	. "$top_srcdir/tests/directory/agreeing.sh"
#	agree 'asked for the first time'
#
# Accounts are of the domain corp.example, a user and a group with one name,
# whose computed numbers are 100000 + rid and the next one.

# put_rule: the name rules of $rule for both: none, to the account "ruled" and
# the group "ruleds", or to nobody.
put_rule() {
	case $rule in
	user)
		echo "add -d winuser:$name@corp.example unixuser:ruled"
		echo "add -d wingroup:$name@corp.example unixgroup:ruleds"
		;;
	inhibit)
		echo "add -d winuser:$name@corp.example unixuser:\"\""
		echo "add -d wingroup:$name@corp.example unixgroup:\"\""
		;;
	esac
}

# put_override: the lines of $override for both: none, by name, or by SID in the
# domain $sid.
put_override() {
	case $override in
	name)
		echo "user:$name@corp.example::$((300000 + rid))::::"
		echo "group:$name@corp.example::$((300000 + rid))"
		;;
	sid)
		echo "user:$sid-$rid::$((300000 + rid))::::"
		echo "group:$sid-$((rid + 1))::$((300000 + rid))"
		;;
	esac
}

entry() { # KEY
	if [ $kind = user ]; then
		getent passwd "$1"
	else
		getent group "$1"
	fi
}

# What show says of it.
expect() {
	unix=uid
	[ $kind = user ] || unix=gid
	idmap show -v "win$kind:$name@corp.example" $unix >/tmp/shown 2>&1
	expected=$(sed -n "1s/^win.* -> $unix://p" /tmp/shown)
	method=$(sed -n 's/^Method:	//p' /tmp/shown)
}

differ() {
	echo "$kind $name: show '$expected' by $method, $*" >>/tmp/differing
}

compare_kind() {
	expect
	found=$(entry "$name@corp.example" | cut -d: -f3)
	[ "$found" = "$expected" ] || differ "name service '$found'"
	computed=$((100000 + rid))
	[ $kind = user ] || computed=$((computed + 1))
	if [ "$expected" = $computed ]; then
		[ "$(entry $computed | cut -d: -f1)" = "$name@corp.example" ] ||
		    differ "by number '$(entry $computed)'"
	else
		[ -z "$(entry $computed)" ] ||
		    differ "still by number '$(entry $computed)'"
	fi
}

compare() {
	compared=$((compared + 1))
	kind=group
	compare_kind
	kind=user
	compare_kind
	admitted=
	timeout 10 pamtester trial "$name@corp.example" acct_mgmt \
	    >/tmp/pam 2>&1 </dev/null && admitted=yes
	[ "$admitted" = "${expected:+yes}" ] || differ "PAM '$(cat /tmp/pam)'"
	# Whose number it is says which step has won.
	who_wins
	[ -z "$wins" ] || [ "$method" = "$wins" ] || differ "and $wins should win"
	[ "$wins" ] || [ -z "$expected" ] || differ 'and it is nobody'
}

agree() { # WHEN
	compared=0
	: >/tmp/differing
	each compare
	is "all of $compared agree, $1" "$(cat /tmp/differing)" ''
}
