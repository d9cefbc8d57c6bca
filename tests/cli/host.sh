#!/bin/sh
# What idmap knows of its own host: the machine SID, properties, overrides.
set -u
. "$top_srcdir/tests/lib.sh"
private_root "$0"

useradd -u 1500 foo
groupadd -g 1600 staff0
mkdir -p /etc/idmap
cd /tmp || exit 99

# ---- The machine SID.
refused 'without a map there is no machine SID' 'no such file' \
    idmap machine show
ok 'apply makes the map' idmap apply
sid=$(idmap machine show | sed -n 's/^sid //p')
ok 'and a machine SID' sh -c "echo '$sid' | grep -qE '^S-1-5-21(-[0-9]+){3}\$'"
ok 'a second apply' idmap apply
is 'leaves it' "$(idmap machine show | sed -n 's/^sid //p')" "$sid"
is 'it is a property, too' "$(idmap property get machine_sid)" "$sid"
refused 'which is not set' "property machine_sid is not set: " \
    idmap property set machine_sid=S-1-5-21-1-2-3
refused 'an imported SID must be one' 'S-1-5-21 and three numbers more' \
    idmap machine import S-1-5-32
printf 'Unix User (S-1-5-21-7-8-9-3000) -> u\n1001\nS-1-5-21-1-1-1-5\n' >rids
ok 'a rehearsal' idmap machine import --dry-run --reserve rids S-1-5-21-7-8-9
is 'changes nothing' "$(idmap property get machine_sid)" "$sid"
ok 'a SID is imported with what is taken' \
    idmap machine import --reserve rids S-1-5-21-7-8-9
is 'as it was given' "$(idmap machine show)" 'sid S-1-5-21-7-8-9
imported yes
reserved 1001
reserved 3000'
ok 'the log tells it' grep -q 'S-1-5-21-7-8-9' /var/log/idmap.log
if command -v net >/dev/null && command -v pdbedit >/dev/null; then
	mkdir -p samba/private samba/lock
	cat >samba/smb.conf <<-EOF
		[global]
		netbios name = TESTHOST
		workgroup = TESTGROUP
		passdb backend = tdbsam
		private dir = /tmp/samba/private
		lock directory = /tmp/samba/lock
		state directory = /tmp/samba/lock
		cache directory = /tmp/samba/lock
		pid directory = /tmp/samba/lock
		ncalrpc dir = /tmp/samba/lock
	EOF
	net -s samba/smb.conf setlocalsid S-1-5-21-11-12-13 >/dev/null 2>&1
	printf 'pw\npw\n' | timeout 20 pdbedit -s samba/smb.conf -a -t -u foo \
	    >/dev/null 2>&1
	rid=$(pdbedit -s samba/smb.conf -L -v foo 2>/dev/null |
	    sed -n 's/^User SID:.*-\([0-9]*\)$/\1/p')
	ok 'a Samba of this host is asked' \
	    idmap machine import --samba-config samba/smb.conf samba
	is 'its SID is taken' "$(idmap property get machine_sid)" \
	    S-1-5-21-11-12-13
	ok 'its account is reserved' \
	    sh -c "test -n '$rid' && idmap machine show | grep -qx 'reserved $rid'"
fi

# ---- Properties.
is 'a default' "$(idmap property get directory_based_mapping)" none
refused 'an unknown one' "there is no property 'frob'" idmap property get frob
refused 'one that means nothing here says why' 'are never cut short' \
    idmap property set list_size_limit=10
refused 'a value must fit the type' "is a none|name|idmu, not 'ldap'" \
    idmap property set directory_based_mapping=ldap
refused 'and its least' "is a number from 60 on, not '5'" \
    idmap property set rediscovery_interval=5
refused 'a host list is looked at' "not 'dc1:99999'" \
    idmap property set domain_controller=dc1:99999
refused 'one of each domain is kept, and says so' 'each domain has its own' \
    sh -c 'idmap property set use_ads=false 2>&1; exit 1'
is 'it is there' "$(idmap property get use_ads)" false
ok 'a list says what has no effect' sh -c 'idmap property list |
    grep -A1 "^use_ads=false$" | grep -q "set; without effect, for each domain"'
ok 'JSON' sh -c "idmap property get --json default_domain |
    grep -q '\"effect\": \"now\"'"
refused 'an attribute must be one' "is an attribute, not 'a b'" \
    idmap property set ad_unixuser_attr='a b'
is 'a rehearsal says what it would do' \
    "$(idmap property set -n default_domain=other.example)" \
    'would set default_domain=other.example
nothing was changed (--dry-run)'
is 'and does it not' "$(idmap property get default_domain)" ''
ok 'default_domain' idmap property set default_domain=corp.example
is 'is kept' "$(idmap property get default_domain)" corp.example
ok 'unset' idmap property unset default_domain
is 'has no value' "$(idmap property get default_domain)" ''
refused 'unset twice' 'property default_domain is not set' \
    idmap property unset default_domain

# ---- Overrides.
alice=S-1-5-21-1-2-3-1103
ok 'a user' idmap override set --name al --uid 5000 --shell /bin/sh user \
    Alice@CORP.example
refused 'a primary group that is nobody'"'"'s' \
    "gid 5003 is in no domain's range, and no override gives it to a group" \
    idmap override set --uid 5001 --gid 5003 user $alice
ok 'a group' idmap override set --name crew --gid 5003 group 'CORP\Crew'
ok 'by SID' idmap override set --uid 5001 --gid 5003 user $alice
is 'all are listed' "$(idmap override list)" \
    "user:$alice::5001:5003:::
user:alice@corp.example:al:5000::::/bin/sh
group:crew@corp:crew:5003"
ok 'something more' idmap override set --home /home/al user alice@corp.example
is 'is added' "$(idmap override list | grep ^user:alice)" \
    'user:alice@corp.example:al:5000:::/home/al:/bin/sh'
refused 'a number twice' "uid 5000 is given to 'alice@corp.example' by another" \
    idmap override set --uid 5000 user bob@corp.example
refused 'root' "uid 0 is that of this host's user 'root'" idmap override set --uid 0 user bob@corp
refused 'what is never served' "override's id 65535" \
    idmap override set --uid 65535 user bob@corp
refused 'gid 0' "override's gid 0" idmap override set --gid 0 user bob@corp
refused "a local user's number" "uid 1500 is that of this host's user 'foo'" \
    idmap override set --uid 1500 user bob@corp
refused "a local group's" "gid 1600 is that of this host's group 'staff0'" \
    idmap override set --gid 1600 group bobs@corp
refused "a primary group of this host's" "gid 1600 is that of this host's group 'staff0'" \
    idmap override set --gid 1600 user bob@corp
refused 'one too low' 'gid 99 is below' idmap override set --gid 99 user bob@corp
refused 'a user too low' 'uid 99 is below' idmap override set --uid 99 user bob@corp
refused 'a bare name' "'bob' has no domain" idmap override set --uid 5 user bob
refused 'a group has no shell' 'a group has but --name and --gid' \
    idmap override set --shell /bin/sh group bobs@corp
refused 'nothing to set' 'nothing is to be set' idmap override set user b@c
refused 'a relative home' 'is no absolute path' \
    idmap override set --home x user bob@corp
ok 'verify has nothing to say' idmap verify

idmap override export >saved
idmap override export --sssd user >sssd.users
idmap override export --sssd group >sssd.groups
is 'as sss_override has users' "$(tail -1 sssd.users)" \
    'alice@corp.example:al:5000:::/home/al:/bin/sh:'
is 'and groups' "$(cat sssd.groups)" 'crew@corp:crew:5003'
for one in "user $alice" 'user alice@corp.example' 'group crew@corp'; do
	ok "unset $one" idmap override unset $one
done
is 'all are gone' "$(idmap override list)" ''
refused 'unset twice' "there is no override of 'crew@corp'" \
    idmap override unset group crew@corp
printf 'user:a@b::5000::::\nuser:c@d::5000::::\nuser:x\nuser:e@f::0::::\n' >bad
refused 'a bad line is told' 'bad:2: uid 5000 is given to' \
    idmap override import bad
refused 'and the next one' 'bad:3: has 2 fields' idmap override import bad
refused 'and the last one' '3 of 4 lines are refused; nothing was imported' \
    idmap override import bad
is 'nothing was' "$(idmap override list)" ''
ok 'what was exported' idmap override import saved
is 'comes back' "$(idmap override export)" "$(cat saved)"
ok 'a group' idmap override unset group crew@corp
ok 'comes from sss_override' idmap override import --sssd group sssd.groups
is 'as it was' "$(idmap override export)" "$(cat saved)"
ok 'JSON' sh -c "idmap override list --json | grep -q '\"of\": \"crew@corp\"'"
ok 'verify has still nothing to say' idmap verify
finish
