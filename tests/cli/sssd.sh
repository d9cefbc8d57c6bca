#!/bin/sh
# "idmap import sssd": the slices of a cache, which ldbadd makes, and overrides
# as sss_override exports them.
set -u
. "$top_srcdir/tests/lib.sh"
for tool in ldbadd ldbsearch; do
	command -v $tool >/dev/null || skip_all "there is no $tool"
done
private_root "$0"

corp=S-1-5-21-1-2-3 lab=S-1-5-21-4-5-6
useradd -u 1500 foo
cd /tmp || exit 99

# cache SID SLICE ...: a cache with these slices.
cache() {
	rm -f cache.ldb
	while [ $# -gt 0 ]; do
		printf 'dn: objectSID=%s,cn=id_mappings,cn=corp,cn=sysdb\n' "$1"
		printf 'objectClass: id_mapping\nname: corp\n'
		printf 'objectSID: %s\nslice: %s\n\n' "$1" "$2"
		shift 2
	done | ldbadd -H cache.ldb >/dev/null
}

# id_of SID: its uid here.
id_of() {
	idmap show "sid:$1" uid | sed 's/.*uid://'
}

ok 'a map' idmap apply
range=range=200000-2000199999
ok 'a domain' idmap domain add corp sid=$corp backend=sss $range
is 'has the slice that its hash says' "$(id_of $corp-500)" 686200500

ok 'a cache that says the same' cache $corp 3430
is 'is there already' "$(idmap import sssd --cache cache.ldb)" \
    '0 slices pinned, 1 there already, 0 overrides'
refused 'nothing to import' 'give --domain, --cache' idmap import sssd
refused 'no cache' 'nosuch.ldb: No such file' \
    idmap import sssd --cache nosuch.ldb
ok 'and none is made' test ! -e nosuch.ldb
refused 'nor of a domain of sssd' 'cache_nosuch.ldb: No such file' \
    idmap import sssd --domain nosuch

ok 'a cache with a domain more' cache $corp 17 $lab 3430
refused 'which must be there' \
    "slice 3430 of $lab (corp): no domain has this SID: 'idmap domain add" \
    idmap import sssd --cache cache.ldb
is 'nothing was imported' "$(id_of $corp-500)" 686200500
ok 'it is' idmap domain add lab sid=$lab backend=sss $range
refused 'numbers that idmap served do not move' 'served would move' \
    idmap import sssd --cache cache.ldb
ok 'and are listed' sh -c \
    "idmap import sssd --cache cache.ldb 2>/dev/null | grep -q 'domain corp: '"
is 'nothing was imported yet' "$(id_of $corp-500)" 686200500
ok 'the files are as they were' \
    sh -c '! grep -q slices /etc/idmap/domains.d/*.conf'
# The map's folder full: what is written beside it is taken back.
before=$(cat /etc/idmap/domains.d/*.conf)
ok 'a folder' mount -t tmpfs -o mode=0755,size=1m full /mnt
ok 'with the map' cp -a /var/lib/idmap/. /mnt
head -c 1m /dev/zero >/mnt/filler 2>/dev/null || :
ok 'is full' mount --bind /mnt /var/lib/idmap
refused 'the map cannot be published' 'No space left' \
    idmap import sssd --force-move --cache cache.ldb
ok 'it has room again' umount /var/lib/idmap
ok 'and is gone' umount /mnt
is 'the files are what they were' "$(cat /etc/idmap/domains.d/*.conf)" \
    "$before"
ok 'a rehearsal lists it' sh -c "idmap import sssd -n --cache cache.ldb |
    grep -qx 'domain corp: slice 17'"
ok 'the files are as they were still' \
    sh -c '! grep -q slices /etc/idmap/domains.d/*.conf'
ok 'with --force-move' idmap import sssd --force-move --cache cache.ldb
is "the numbers are sssd's" "$(id_of $corp-500)" 3600500
is "of both, though one has the slice that was the other's" \
    "$(id_of $lab-500)" 686200500
ok 'the file has it' grep -qx 'slices = 0:17' /etc/idmap/domains.d/corp.conf
is 'an apply has nothing to do' "$(idmap apply)" \
    'nothing to change: the settings are in force'
is 'a second time all is there' "$(idmap import sssd --cache cache.ldb)" \
    '0 slices pinned, 2 there already, 0 overrides'
ldbsearch -H cache.ldb '(objectClass=id_mapping)' name objectSID slice \
    >cache.ldif 2>/dev/null
is 'what ldbsearch prints does, too' "$(idmap import sssd --ldif cache.ldif)" \
    '0 slices pinned, 2 there already, 0 overrides'

# ---- Overrides, together with slices.
printf 'alice@corp:al:5000:::/home/al:/bin/sh:\nbob@corp::1500:::::\n' >users
printf 'crew@corp:crew:5003\n' >groups
refused 'an override that is refused' \
    "users:2: uid 1500 is that of this host's user 'foo'" \
    idmap import sssd --users users --groups groups
is 'refuses all' "$(idmap override list)" ''
sed -i 's/1500/5001/' users
is 'overrides' "$(idmap import sssd --users users --groups groups \
    --cache cache.ldb)" '0 slices pinned, 2 there already, 3 overrides'
is 'are set' "$(idmap override list)" \
    'user:alice@corp:al:5000:::/home/al:/bin/sh
user:bob@corp::5001::::
group:crew@corp:crew:5003'
ok 'verify has nothing to say' idmap verify
finish
