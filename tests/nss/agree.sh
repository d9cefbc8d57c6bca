#!/bin/sh
# agree -- "idmap show", the name service and PAM tell the same of an account,
# whatever a name rule, an override, the accounts of this host and its own
# record have to say of it.

. "$top_srcdir/tests/lib.sh"
private_root "$0"

export LC_ALL=C.UTF-8
rm -rf /var/lib/idmap
mkdir -p /etc/idmap/domains.d
sed -i -E 's/^(passwd|group):.*/\1: files idmap/; /^initgroups:/d' \
    /etc/nsswitch.conf
printf '%s\n' 'account required pam_idmap.so' >/etc/pam.d/trial

# Every account is NAME@DOMAIN with NAME RULE-OVERRIDE-RECORD.  A domain's own
# rules are wildcards, which come behind those of a name:
domains='plain same guest none'
rules='no local missing inhibit root'
overrides='no name sid shown shell'
records='own bare'
twins='no-no-own no-sid-own no-no-bare no-name-bare local-name-own'

useradd -u 1500 -m -s /bin/sh local
useradd -u 1501 -m -s /bin/sh guest
groupadd -g 1600 locals
groupadd -g 1601 guests
id=1700
for twin in $twins; do # who is equal by a wildcard of the domain "same"
	id=$((id + 1))
	useradd -u $id -m -s /bin/sh "$twin"
	groupadd -f -g $id "$twin"
done

# each WHAT: with domain, sid, name, rule, override, record, rid and kind set.
each() {
	low=0
	for domain in $domains; do
		low=$((low + 1))
		sid=S-1-5-21-1-2-$low
		rid=1000
		for rule in $rules; do
			for override in $overrides; do
				for record in $records; do
					name=$rule-$override-$record
					for kind in user group; do
						rid=$((rid + 1))
						unix=uid
						[ $kind = user ] || unix=gid
						"$1"
					done
				done
			done
		done
	done
}

put_record() {
	file=/etc/idmap/$domain.names
	[ "$rid" -ne 1001 ] || echo 'group:513:Domain Users' >"$file"
	[ "$record" = own ] || return 0
	if [ $kind = user ]; then
		echo "user:$rid:$name:Domain Users" >>"$file"
	else
		echo "group:$rid:$name:no-no-own" >>"$file"
	fi
}

put_rule() {
	win=win$kind:$name@$domain
	case $kind-$rule in
	*-no) ;;
	user-local) echo "add -d $win unixuser:local" ;;
	group-local) echo "add -d $win unixgroup:locals" ;;
	*-missing) echo "add -d $win unix$kind:nobody-there" ;;
	*-inhibit) echo "add -d $win unix$kind:\"\"" ;;
	*-root) echo "add -d $win unix$kind:root" ;;
	esac
}

put_override() {
	case $override in
	no) return ;;
	sid) subject=$sid-$rid ;;
	*) subject=$name@$domain ;;
	esac
	number=$((low * 10000 + 500000 + rid))
	case $kind-$override in
	*-name | *-sid) set -- "$number" '' '' ;;
	*-shown) set -- '' "x-$name@$domain" '' ;;
	user-shell) set -- '' '' /bin/bash ;;
	*) return 0 ;;
	esac
	if [ $kind = user ]; then
		echo "user:$subject:$2:$1::::$3"
	else
		echo "group:$subject:$2:$1"
	fi
}

low=0
for domain in $domains; do
	low=$((low + 1))
	cat >"/etc/idmap/domains.d/$domain.conf" <<-END
		[domain]
		backend = rid
		range = ${low}00000-${low}99999
		sid = S-1-5-21-1-2-$low
		placeholder = yes
		home = /home/%U
		shell = /bin/sh
	END
done
ok 'four domains' idmap apply
{
	each put_rule
	for kind in user group; do
		echo "add -d win$kind:*@same unix$kind:*"
	done
	echo 'add -d winuser:*@guest unixuser:guest'
	echo 'add -d wingroup:*@guest unixgroup:guests'
	echo 'add -d winuser:*@none unixuser:""'
	echo 'add -d wingroup:*@none unixgroup:""'
} >/tmp/rules
ok 'rules' idmap -f /tmp/rules
each put_override >/tmp/overrides
ok 'overrides' idmap override import /tmp/overrides
each put_record
for domain in $domains; do
	echo "names = /etc/idmap/$domain.names"	>>"/etc/idmap/domains.d/$domain.conf"
done
ok 'accounts' idmap apply
ok 'the map is whole' idmap verify
sleep 0.2

# ---- All of them.

show_id() { # show's number for win$kind:$name@$domain, or nothing
	idmap show -v "win$kind:$name@$domain" $unix >/tmp/shown 2>&1
	sed -n "1s/^win.* -> $unix://p" /tmp/shown
}
how() {
	sed -n 's/^Method:	//p' /tmp/shown
}
entry() { # KEY
	if [ $kind = user ]; then
		getent passwd "$1"
	else
		getent group "$1"
	fi
}
login() {
	timeout 10 pamtester trial "$name@$domain" acct_mgmt \
	    >/dev/null 2>&1 </dev/null
}

compared=0
differing=/tmp/differing
: >$differing
differ() {
	echo "$kind $name@$domain: $*" >>$differing
}

# What show says, as the name service would: it has nobody of this host's
# system, and nobody without a record.
expect() {
	expected=$(show_id)
	own=
	case $(how) in
	'Name Rule') [ "${expected:-0}" -ge 1000 ] || expected= ;;
	*)
		[ $record = own ] || expected=
		own=$expected
		;;
	esac
}

compare() {
	compared=$((compared + 1))
	expect
	found=$(entry "$name@$domain" | cut -d: -f3)
	[ "$found" = "$expected" ] ||
	    differ "show $expected by $(how), name service $found"
	if [ -n "$own" ]; then
		[ "$(entry "$own")" = "$(entry "$name@$domain")" ] ||
		    differ "by number $(entry "$own")"
		owner=$(idmap show "$unix:$own" "win$kind" | sed 's/.*win[a-z]*://')
		[ "$owner" = "$name@$domain" ] || differ "number $own is of $owner"
	fi
	computed=$((low * 100000 + rid))
	if [ $record = own ] && [ "$own" != $computed ]; then
		[ -z "$(entry $computed)" ] ||
		    differ "still by number $(entry $computed)"
	fi
	[ $kind = user ] || return 0
	if login; then admitted=yes; else admitted=; fi
	[ "$admitted" = "${expected:+yes}" ] ||
	    differ "PAM says ${admitted:-no}, show $expected"
}
each compare
is "all of $compared agree" "$(cat $differing)" ''

# Groups of a user: what show says of each that he is in.
note_group() {
	[ $kind = group ] && [ $record = own ] || return 0
	[ "$domain" = "$of" ] || return 0
	expect
	[ -z "$expected" ] || echo "$expected"
}
groups_by_show() {
	{
		echo "$(id -g "no-no-own@$of")"
		of=$of each note_group
	} | sort -nu | tr '\n' ' '
}
for of in plain; do
	is "groups of a user in domain $of" \
	    "$(id -G "no-no-own@$of" | tr ' ' '\n' | sort -nu | tr '\n' ' ')" \
	    "$(groups_by_show)"
done
finish
