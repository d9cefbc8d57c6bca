#!/bin/sh
# The first things that somebody does who has just installed idmap, and where
# each failure leads.
. "$top_srcdir/tests/daemon/daemon.sh"
private_root "$0"

sid=usid:S-1-5-21-1-2-3-1107

refused 'there is no map: what makes one is told' \
    "'idmap apply'" idmap show -c $sid
ok 'it does' idmap apply
refused 'there is no idmapd: what starts it is told' \
    "'systemctl start idmap.socket'" idmap show -c $sid
refused 'check finds that names are not asked for here' \
    "add 'idmap' to the end of the 'passwd:' line" idmap check
useradd -r -s /usr/sbin/nologin idmap
useradd -r -s /usr/sbin/nologin idmap-keep
useradd -m alice
chmod 0777 /tmp
ok 'idmapd runs' start
refused 'only root has an id made' 'root' as alice idmap show -c $sid
ok 'nothing was adopted by that' \
    sh -c 'idmap state status --json | grep -q "\"adopted\": null"'
is 'the first id needs no more than to be asked for' \
    "$(idmap show -c $sid)" "$sid -> uid:2147483649"
is 'and is there for all' "$(as alice idmap show $sid)" \
    "$sid -> uid:2147483649"
ok 'the log tells of the adoption' \
    grep -q 'show -c.*state: - -> adopted' /var/log/idmap.log
ok 'what is new is put where all see it' idmap state fold
ok 'idmapd stops' stop
ok 'idmapd goes, the id stays' idmap show $sid
end
