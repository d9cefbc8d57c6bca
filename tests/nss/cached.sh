#!/bin/sh
# cached -- own identities of a domain with a directory, from the cache alone:
# nobody runs who could be asked.

. "$top_srcdir/tests/lib.sh"
private_root "$0"

cacher=$top_builddir/tests/nss/cacher
cache=/var/lib/idmap/state/cache.gdbm
rm -rf /var/lib/idmap /etc/idmap
useradd -r -s /usr/sbin/nologin idmap-keep
mkdir -p /var/lib/idmap /etc/idmap/domains.d
install -d -o idmap-keep -m 0755 /var/lib/idmap/state
sed -i -E '/^(passwd|group|shadow|initgroups):/d' /etc/nsswitch.conf
cat >>/etc/nsswitch.conf <<'END'
passwd: files idmap
group: files idmap
END
cat >/etc/idmap/domains.d/corp.conf <<'END'
[domain]
backend = rid
range = 100000-199999
sid = S-1-5-21-1-2-3
dns = corp.example
netbios = CORP
home = /home/%U
shell = /bin/sh
[directory]
schema = ad
servers = ldap://127.0.0.1:9
timeout = 1
stale_time = 100000
END

unknown() {
	getent "$1" "$2"
	[ $? -eq 2 ]
}

states() {
	idmap cache list | awk '{ print $3 }' | sort | uniq -c | xargs
}

ok 'a domain with a directory' idmap apply
ok 'nobody is known yet' unknown passwd alice@corp.example
refused 'nothing is cached yet' 'no such file' idmap cache list
ok 'the keeper writes the cache' "$cacher" 0
ok 'which verify finds sound' idmap verify

# ---- What is answered.

alice='alice@corp.example:*:101103:100513:Alice:/home/alice:/bin/sh'
for name in alice@corp.example 'CORP\Alice' ALICE@corp 101103; do
	is "getent passwd $name" "$(getent passwd "$name")" "$alice"
done
is 'a group by name' "$(getent group 'CORP\Staff')" \
    'staff@corp.example:*:100600:alice@corp.example'
is 'a group by number' "$(getent group 100600)" \
    'staff@corp.example:*:100600:alice@corp.example'
is 'groups' "$(id -G alice@corp.example)" '100513 100600'
ok 'somebody else is not known' unknown passwd bob@corp.example
ok 'nor another number' unknown passwd 101104
is 'they are not listed' "$(getent -s idmap passwd; getent -s idmap group)" ''

# ---- What is told of it.

is 'all are fresh' "$(states)" '3 fresh'
is 'a user is shown with what is its' \
    "$(idmap cache show 'CORP\alice' | awk '{ print $1 }' | xargs)" \
    'user groups'
is 'a number' "$(idmap cache show 101103 | awk '{ print $1, $2, $5 }')" \
    'user 101103 alice@corp.example'
is 'with its type' "$(idmap cache show uid:101103 | awk '{ print $1, $2 }')" \
    'user 101103'
is 'a name with its type' "$(idmap cache show 'winuser:Alice@CORP' |
    awk '{ print $1 }' | head -n 1)" user
is 'a SID' "$(idmap cache show S-1-5-21-1-2-3-600 | awk '{ print $1, $2 }')" \
    'sid 100600'
refused 'who is not there' "nothing of 'bob@corp' is cached" \
    idmap cache show bob@corp
refused 'no such domain' "no domain 'lab'" idmap cache list lab
ok 'for programs' sh -c 'idmap cache list --json corp | python3 -c "
import json, sys
records = json.load(sys.stdin)[\"records\"]
assert [r[\"id\"] for r in records if r[\"kind\"] == \"user\"] == [101103]
assert all(r[\"complete\"] and r[\"expires\"] > r[\"when\"] for r in records)"'
is 'its bounds' "$(idmap cache status | sed -n 2p)" \
    'at most 8000000 records, 2048 MiB'
is 'a sum' "$(idmap cache status | sed -n 's/;.*//; 3p')" \
    'corp: 1 users, 2 groups'
ok 'the sum for programs' sh -c 'idmap cache status --json | python3 -c "
import json, sys
domain, = json.load(sys.stdin)[\"domains\"]
assert (domain[\"users\"], domain[\"groups\"]) == (1, 2)
assert domain[\"outdated\"] == 0 and not domain[\"complete\"]"'

# ---- Age and policy.

ok 'a quarter of an hour later' "$cacher" 1000
is 'they are stale' "$(states)" '3 stale'
is 'and served' "$(getent passwd 101103)" "$alice"
ok 'a day later' "$cacher" 200000
is 'they have expired' "$(states)" '3 expired'
ok 'and are not served' unknown passwd 101103
ok 'nor by name' unknown group staff@corp.example
ok 'new ones' "$cacher" 0
ok 'an override' idmap override set --shell /bin/bash user alice@corp
is 'outdates what is cached' "$(states)" '3 outdated'
is 'which is served while nobody answers' "$(getent passwd 101103)" "$alice"
ok 'new ones' "$cacher" 0
is 'are fresh again' "$(states)" '3 fresh'
ok 'a flush' idmap flush --domain corp
is 'outdates what is cached, too' "$(states)" '3 outdated'
ok 'new ones' "$cacher" 0
ok 'a flush of everything' idmap flush
is 'is one of each domain' "$(states)" '3 outdated'
refused 'a flush of no domain' "no domain 'lab'" idmap flush --domain lab
ok 'new ones' "$cacher" 0
ok 'another timeout' sh -c '
	sed -i "s/^timeout.*/timeout = 2/" /etc/idmap/domains.d/corp.conf
	idmap apply'
is 'outdates nothing' "$(states)" '3 fresh'
ok 'a domain that is listed' sh -c '
	sed -i "s/^netbios/enumerate = yes\n&/" /etc/idmap/domains.d/corp.conf
	idmap apply'
is 'lists its users' "$(getent -s idmap passwd)" "$alice"
is 'and groups' "$(getent -s idmap group | cut -d: -f3 | sort | xargs)" \
    '100513 100600'
ok 'no more than so many' sh -c '
	sed -i "s/^schema/enumerate_max = 1\n&/" /etc/idmap/domains.d/corp.conf
	idmap apply'
is 'are listed then' \
    "$(getent -s idmap passwd | wc -l) $(getent -s idmap group | wc -l)" '1 1'
is 'in a second listing, too' "$(getent -s idmap group | wc -l)" 1
is 'each is known all the same' \
    "$(getent group 100513 100600 | cut -d: -f3 | xargs)" '100513 100600'

# ---- The file.

ok 'a file of somebody else' chown nobody "$cache"
ok 'is not believed' unknown passwd alice@corp.example
refused 'which is told' 'not trusted' idmap cache list
ok 'the keeper has it again' chown idmap-keep "$cache"
is 'and it is' "$(getent passwd 101103)" "$alice"
ok 'a damaged one' sh -c "cp $cache /tmp/whole &&
	dd if=/dev/urandom of=$cache bs=4096 count=2 conv=notrunc status=none"
ok 'is none' unknown passwd alice@corp.example
ok 'verify sees it' sh -c '! idmap verify'
ok 'one that was deleted' rm "$cache"
ok 'is none either' unknown passwd alice@corp.example
ok 'the next one' "$cacher" 0
is 'is read' "$(getent passwd alice@corp.example)" "$alice"

finish
