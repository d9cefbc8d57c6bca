#!/bin/sh
# What idmap(1M) says and no other test shows, with a real idmapd; idmap1m.txt
# has which test shows which statement.

. "$top_srcdir/tests/daemon/daemon.sh"
enter "$0"

tab=$(printf '\t')
hostname examplehost
useradd -u 1600 foo
useradd -u 1601 joes
useradd -u 1602 Sam
useradd -u 1603 guest
useradd -u 50000 fifty
groupadd -g 1700 crew
cd /root || exit 99

# status COMMAND...: its exit status.
status() {
	"$@" >/dev/null 2>&1 </dev/null
	echo $?
}

# rules: the list with blanks for tabs.
rules() {
	idmap list | tr '\t' ' '
}

# fresh RULE...: nothing but these rules, each the operands of add.
fresh() {
	idmap remove -a
	set -f
	for rule; do
		# The words of a rule are meant to be split.
		# shellcheck disable=SC2086
		idmap add $rule >/dev/null 2>&1
	done
	set +f
}

# shows IDENTITY [TYPE]: what it maps to.
shows() {
	idmap show "$@" 2>&1 | sed 's/.* -> //'
}

# whole IDENTITY [TYPE]: the line, without the machine SID.
whole() {
	idmap show "$@" 2>&1 | sed "s/$machine/MACHINE/"
}

ok 'idmapd runs' start
ok 'the settings are in force' idmap apply
ok 'a state is adopted' idmap state adopt
machine=$(idmap property get machine_sid)

# ---- A terminal.
# A terminal of script(1) gives one stream: which it was is told apart inside.
timeout 20 script -eqc 'idmap 2>/root/err >/root/out' /dev/null </dev/null >/dev/null 2>&1
is 'a terminal without a verb: status 1' "$?" 1
is 'its usage goes to standard error' "$(head -1 err)" \
    'usage: idmap verb [options] [operands]'
is 'and nothing to standard output' "$(cat out)" ''
timeout 20 script -qc 'idmap -f - >/root/out 2>&1' /dev/null >/dev/null 2>&1 <<'END'
add winuser:typed@d unixuser:foo
exit
END
is 'with -f - a terminal is read' "$(cat out)" \
    "add ${tab}winuser:typed@d${tab}unixuser:foo"
idmap help >out 2>err
is 'help shows the usage' "$(head -1 out)" \
    'usage: idmap verb [options] [operands]'
for verb in add dump export flush get-namemap help import list remove \
    set-namemap show unset-namemap; do
	grep -q "^  $verb " out || echo "$verb"
done >missing
is 'with every subcommand of the manual' "$(cat missing)" ''

# ---- Exit status: 0, or 1 with a message on standard error alone.
# fails WORDS...: status 1, a message on standard error, nothing on the other.
fails() {
	idmap "$@" >out 2>err </dev/null
	[ $? -eq 1 ] && [ ! -s out ] && grep -q '^idmap: ' err
}
for verb in add dump export flush get-namemap help import list remove \
    set-namemap show unset-namemap; do
	fails "$verb" --nosuch || echo "$verb"
done >odd
is 'an unknown option is status 1 with a message, of each subcommand' \
    "$(cat odd)" ''
for verb in dump flush get-namemap import list show; do
	fails "$verb" a b c d || echo "$verb"
done >odd
is 'so are too many operands' "$(cat odd)" ''
for verb in add export get-namemap import remove set-namemap show \
    unset-namemap; do
	fails "$verb" || echo "$verb"
done >odd
is 'and missing ones' "$(cat odd)" ''
is 'each subcommand that goes well is status 0' "$(for words in help list dump \
    flush 'export native' 'import native' 'show uid:0' 'remove winuser:no@d' \
    'add winuser:well@d unixuser:fifty' 'remove -a'; do
	# The words are meant to be split.
	# shellcheck disable=SC2086
	status idmap $words
done | tr -d '\n')" 0000000000

# ---- Long names of options: the same as the letters.
fresh 'winuser:a@d unixuser:foo'
same() { # WORDS... -- WORDS...: the two say the same
	idmap $1 >one 2>&1
	idmap $2 >two 2>&1
	cmp -s one two && [ -s one ]
}
ok 'add --directional' same 'add -n -d winuser:l@d unixuser:crew' \
    'add --dry-run --directional winuser:l@d unixuser:crew'
ok 'remove --all' same 'remove -n -a' 'remove -n --all'
ok 'remove --from' same 'remove -n -f winuser:a@d' 'remove -n --from winuser:a@d'
ok 'remove --to' same 'remove -n -t winuser:a@d' 'remove -n --to winuser:a@d'
ok 'remove --directional' same 'remove -n -d winuser:a@d unixuser:foo' \
    'remove -n --directional winuser:a@d unixuser:foo'
ok 'show --verbose' same 'show -v a@d' 'show --verbose a@d'
ok 'show --trace' same 'show -V a@d' 'show --trace a@d'
ok 'show --create' same 'show -c a@d uid' 'show --create a@d uid'
ok 'export --file' sh -c 'idmap export -f one usermap.cfg &&
    idmap export --file two usermap.cfg && [ -s one ] && cmp one two'
ok 'import --file' sh -c 'idmap import -n -F -f one usermap.cfg >by_letter &&
    idmap import -n --flush --file two usermap.cfg >by_name &&
    [ -s by_name ] && cmp by_letter by_name'
is 'flush --all' "$(status idmap flush --all)" 0
ok 'set-namemap --authentication, --bindDN, --passwd-file' same \
    'set-namemap -a simple -D cn=x -j /nosuch unixuser:foo a@d' \
    'set-namemap --authentication simple --bindDN cn=x --passwd-file /nosuch unixuser:foo a@d'
ok 'unset-namemap has them, too' same \
    'unset-namemap -a simple -D cn=x -j /nosuch unixuser:foo' \
    'unset-namemap --authentication simple --bindDN cn=x --passwd-file /nosuch unixuser:foo'

# ---- Mechanisms.
corp=S-1-5-21-7-7-7
is 'a SID without a rule gets the next id from 2^31 on' \
    "$(idmap show -c usid:$corp-1)" "usid:$corp-1 -> uid:2147483649"
is 'and the one behind it for the next' "$(shows -c usid:$corp-2)" \
    uid:2147483650
is 'a group gets the next gid' "$(shows -c gsid:$corp-3)" gid:2147483650
is 'up to 2^32 - 2' "$(idmap domain list --json | tr -d ' \n' |
    grep -o '"high":[0-9]*')" '"high":4294967294'
fresh "winuser:a@d unixuser:foo"
is 'a rule comes first' "$(shows -c winuser:a@d uid)" uid:1600
fresh '-d winuser:own@d unixgroup:crew' '-d unixgroup:crew winuser:own@d'
is 'a Windows user is a UNIX group' "$(shows winuser:own@d gid)" gid:1700
is 'and back' "$(shows unixgroup:crew winuser)" winuser:own@d
is 'but not unless it is asked for' "$(shows unixgroup:crew)" \
    wingroup:crew@examplehost
fresh '-d wingroup:boss@d unixuser:foo'
is 'a Windows group is a UNIX user' "$(shows wingroup:boss@d uid)" uid:1600

# ---- Name-based mappings.
fresh 'winuser:*@mywindomain.com unixuser:*'
is 'users of the same name' "$(shows winuser:foo@mywindomain.com)" unixuser:foo
is 'and conversely' "$(shows unixuser:foo)" winuser:foo@mywindomain.com
before=$(rules)
ok 'idmapd ends' stop
is 'rules are there without it' "$(rules)" "$before"
ok 'and starts' start
is 'and with a new one' "$(rules)" "$before"
is 'an id is preserved across its restart' "$(shows usid:$corp-2)" \
    uid:2147483650
is 'and none is given again' "$(shows -c usid:$corp-4)" uid:2147483651
ok 'a default domain' idmap domain add example.com sid=S-1-5-21-1-2-3 \
    default=yes
fresh 'wingroup:crew@x unixgroup:crew'
idmap >/dev/null 2>&1 <<'END'
add -d "wingroup:domain admins" unixgroup:crew
add -d "wingroup:domain users" unixgroup:crew
add -d "wingroup:domain guests" unixgroup:crew
add -d "wingroup:domain computers" unixgroup:crew
add -d "wingroup:domain controllers" unixgroup:crew
add -d wingroup:everyone unixgroup:crew
END
is 'well-known names get their spelling, and the domain where they belong' \
    "$(rules | sed -n 's/^add -d "*wingroup:\([^"]*[^" ]\)"* .*/\1/p')" \
    'Domain Admins@example.com
Domain Users@example.com
Domain Guests@example.com
Domain Computers@example.com
Domain Controllers@example.com
Everyone'

# ---- Ids that run out.
ok 'a domain of two ids' idmap domain add small sid=S-1-5-21-8-8-8 \
    backend=tdb range=300000-300001
idmap show -c usid:S-1-5-21-8-8-8-1 >out
idmap show -c usid:S-1-5-21-8-8-8-2 >>out
is 'gives two' "$(sed 's/.*-> //' out)" 'uid:300000
uid:300001'
idmap show -c usid:S-1-5-21-8-8-8-3 >out 2>err
is 'the third is an error' "$?" 1
is 'with a message' "$(grep -c '^idmap: .*300000-300001' err)" 1
is 'and the default uid beside it' "$(cat out)" \
    'usid:S-1-5-21-8-8-8-3 -> uid:65534'

# ---- Local SIDs.
fresh
is 'the SID of a uid' "$(whole uid:1600)" 'uid:1600 -> usid:MACHINE-2600'
is 'the SID of a gid' "$(whole gid:1700)" 'gid:1700 -> gsid:MACHINE-2147485348'
is 'they lead back' "$(shows usid:$machine-2600) $(shows gsid:$machine-2147485348)" \
    'uid:1600 gid:1700'
is 'of uid 0, too' "$(whole uid:0)" 'uid:0 -> usid:MACHINE-1000'
is 'of gid 0, too' "$(whole gid:0)" 'gid:0 -> gsid:MACHINE-2147483648'
is 'the last uid that has one' "$(whole uid:2147482647)" \
    'uid:2147482647 -> usid:MACHINE-2147483647'
is 'the first that has none' "$(status idmap show uid:2147482648)" 1

# ---- The order of rules: each step beats the next.
# first WINDOWS RULE RULE: what counts when both rules are there, in either
# order of adding.
first() {
	first_of=$1
	shift
	fresh "-d $1" "-d $2"
	one=$(shows "$first_of")
	fresh "-d $2" "-d $1"
	[ "$one" = "$(shows "$first_of")" ] && echo "$one"
}
inhibited="idmap: winuser:sam@d: a rule says that it has no UNIX counterpart"
is 'to UNIX, step 1 beats step 2' "$(first winuser:sam@d \
    'winuser:sam@d ""' 'winuser:sam@d foo')" "$inhibited"
is 'to UNIX, step 2 beats step 3' "$(first winuser:sam@d \
    'winuser:sam@d foo' 'winuser:sam@* ""')" unixuser:foo
is 'to UNIX, step 3 beats step 4' "$(first winuser:sam@d \
    'winuser:sam@* ""' 'winuser:sam@* foo')" "$inhibited"
is 'to UNIX, step 4 beats step 5' "$(first winuser:joes@d \
    'winuser:joes@* foo' 'winuser:*@d *')" unixuser:foo
is 'to UNIX, step 5 beats step 6' "$(first winuser:joes@d \
    'winuser:*@d *' 'winuser:*@d ""')" unixuser:joes
is 'to UNIX, step 6 beats step 7' "$(first winuser:sam@d \
    'winuser:*@d ""' 'winuser:*@d foo')" "$inhibited"
is 'to UNIX, step 7 beats step 8' "$(first winuser:joes@d \
    'winuser:*@d foo' 'winuser:*@* *')" unixuser:foo
is 'to UNIX, step 8 beats step 9' "$(first winuser:joes@d \
    'winuser:*@* *' 'winuser:*@* ""')" unixuser:joes
is 'to UNIX, step 9 beats step 10' "$(first winuser:sam@d \
    'winuser:*@* ""' 'winuser:*@* foo')" "$inhibited"
inhibited="idmap: unixuser:foo: a rule says that it has no Windows counterpart"
is 'to Windows, step 1 beats step 2' "$(first unixuser:foo \
    'unixuser:foo winuser:""' 'unixuser:foo winuser:a@d')" "$inhibited"
is 'to Windows, step 2 beats step 3' "$(first unixuser:foo \
    'unixuser:foo winuser:a@d' 'unixuser:* winuser:*@d')" winuser:a@d
is 'to Windows, step 3 beats step 4' "$(first unixuser:foo \
    'unixuser:* winuser:*@d' 'unixuser:* winuser:""')" winuser:foo@d
is 'to Windows, step 4 beats step 5' "$(first unixuser:foo \
    'unixuser:* winuser:""' 'unixuser:* winuser:a@d')" "$inhibited"

# ---- Properties.
for name in ad_unixuser_attr ad_unixgroup_attr nldap_winname_attr; do
	idmap property get $name
done >out
is 'attributes have no default' "$(tr -d '\n' <out)" ''
for value in none name idmu; do
	idmap property set directory_based_mapping=$value 2>/dev/null
	idmap property get directory_based_mapping
done >out
is 'none, name and idmu can be set' "$(tr '\n' ' ' <out)" 'none name idmu '
refused 'others may not set a property' 'only root' \
    as alice idmap property set default_domain=d
ok 'another default domain' idmap property set default_domain=d
fresh 'winuser:a@d unixuser:foo'
is 'counts at once' "$(shows winuser:a)" unixuser:foo
idmap property unset default_domain

# ---- Identities.
fresh 'winname:a@d unixuser:foo' '-d wingroup:a@d unixgroup:crew'
is 'each type is understood' "$(for identity in winuser:a@d wingroup:g@d \
    winname:a@d unixuser:foo unixgroup:crew uid:1600 gid:1700 \
    usid:$machine-2600 gsid:$machine-2147485348 sid:$machine-2600; do
	idmap show $identity uid 2>&1 | grep 'no type'
	idmap show $identity winuser 2>&1 | grep 'no type'
done)" ''
is 'in any case' "$(shows UnixUser:foo)" winuser:a@d
groupadd -g 10 -o ten
is 'a gid is the group that has it' "$(shows gid:1700) $(shows unixgroup:crew)" \
    "gsid:$machine-2147485348 wingroup:crew@examplehost"
is 'a SID of a user or a group' "$(shows sid:$machine-2600) $(shows \
    sid:$machine-2147485348)" 'uid:1600 gid:1700'
refused 'a SID must be one' "does not begin with 'S-1-'" idmap show sid:x
refused 'a number must be one' "'x' is not a number" idmap show uid:x

# ---- Names.
fresh 'winuser:jp@example.com unixuser:foo'
is 'a domain in front, behind, and none are one name' "$(for name in \
    'example.com\jp' jp@example.com jp; do
	shows "winuser:$name"
done | uniq -c | tr -d ' ')" 3unixuser:foo
fresh 'winuser:*@domain unixuser:*' 'winuser:foo@domain unixuser:joes'
useradd -u 1604 jp
is 'the wildcard has the same name on both sides' "$(shows jp@domain)" \
    unixuser:jp
is 'unless another mapping has it' "$(shows foo@domain)" unixuser:joes
fresh '-d winuser:*@* unixuser:guest' '-d winuser:*@domain unixuser:foo'
is '*@* is all names of all domains that no other has' \
    "$(shows jp@elsewhere) $(shows jp@domain)" 'unixuser:guest unixuser:foo'

fresh 'winuser:chain@d unixuser:foo' 'winuser:foo@d unixuser:joes'
is 'a name that a rule gives is not mapped again' "$(shows chain@d)" \
    unixuser:foo

# ---- add and remove, and set-namemap.
for verb in remove set-namemap; do
	refused "$verb of two Windows names" 'both are Windows names' \
	    idmap $verb winuser:a@d winuser:b@d
	refused "$verb of two UNIX names" 'both are UNIX names' \
	    idmap $verb unixuser:foo unixuser:joes
done
fresh '-d winuser:a@d unixuser:foo' '-d unixuser:foo winuser:a@d'
one=$(shows winuser:a@d; shows unixuser:foo)
fresh 'winuser:a@d unixuser:foo'
is 'two of one way are one of both' "$(shows winuser:a@d; shows unixuser:foo)" \
    "$one"
fresh 'winuser:a@d unixuser:foo' 'wingroup:a@d unixgroup:crew'
is 'remove takes every rule of a name' "$(idmap remove a@d; rules)" ''

# ---- show.
fresh '-d wingroup:a@d unixuser:foo' 'winuser:b@d unixuser:joes'
is 'a target type is the type of the answer' "$(for type in sid usid winname \
    winuser; do
	shows uid:1601 $type
done)" 'winuser:b@d
winuser:b@d
winuser:b@d
winuser:b@d'
is 'without one it is of the same kind' "$(shows unixuser:joes) $(shows \
    unixgroup:crew)" 'winuser:b@d wingroup:crew@examplehost'
refused 'what has no id yet is not shown' "'idmap show -c'" \
    idmap show usid:S-1-5-32-1234
is 'with -c it is' "$(shows -c usid:S-1-5-32-1234 uid | cut -c1-8)" uid:2147
is 'New when it was just made' "$(idmap show -cv usid:S-1-5-32-1235 |
    grep Source)" "Source:${tab}New"
is 'Cache when it was there' "$(idmap show -cv usid:S-1-5-32-1235 |
    grep Source)" "Source:${tab}Cache"
fresh '-d winuser:*@d unixuser:*' '-d winuser:*@* unixuser:guest'
is 'the trace has what was rejected, too' "$(idmap show -V winuser:none@d |
    grep -c "no UNIX user of that name")" 1

# ---- flush: not disruptive.
before=$(shows usid:$corp-2)
ok 'flush' idmap flush
is 'leaves ids as they are' "$(shows usid:$corp-2)" "$before"
fresh 'winuser:c@d unixuser:foo'
is 'a new rule counts without it' "$(shows winuser:c@d)" unixuser:foo
ok 'flush -a' idmap flush -a
is 'leaves rules as they are' "$(rules)" 'add  winuser:c@d unixuser:foo'

# ---- Examples.
fresh 'winuser:*@xyz.com unixuser:*'
is 'example 1: who has an account' "$(shows foo@xyz.com)" unixuser:foo
idmap domain remove example.com >/dev/null
idmap domain remove small >/dev/null
is 'example 1: who has none gets an id' "$(shows -c who@xyz.com | cut -c1-8)" uid:2147
fresh '-d winuser:*@xyz.com unixuser:guest'
is 'example 2: all of a domain' "$(shows who@xyz.com)" unixuser:guest
is 'example 2: one way only' "$(shows unixuser:guest)" winuser:guest@examplehost
fresh 'winuser:joe@example.com unixuser:joes'
is 'example 4: the SID of a uid' "$(idmap show uid:50000 sid)" \
    "uid:50000 -> usid:$machine-51000"
is 'example 4: the UNIX name of a Windows name' \
    "$(idmap show joe@example.com unixuser)" \
    'winuser:joe@example.com -> unixuser:joes'
idmap dump | grep "uid:" >out
is 'example 5: SIDs and uids, a line each' \
    "$(grep -c "^usid:$corp-[124]${tab}==${tab}uid:21474836[0-9]*$" out)" 3
is 'example 5: groups are no uids' "$(grep -c gsid out)" 0
is 'dump has gids as well' "$(idmap dump | grep -c "^gsid:.*${tab}gid:")" 1
is 'dump has no names' "$(idmap dump | grep -c 'unixuser:\|unixgroup:')" 0
is 'dump -n has the name that is known, and its type' \
    "$(idmap dump -n | grep -c 'winuser:who@xyz.com.*uid:')" 1
is 'of a group, too' \
    "$(idmap dump -n | grep -c 'wingroup:who@xyz.com.*gid:')" 1
is 'dump does not make local SIDs of ids that a domain took along' \
    "$(idmap dump 2>&1 | sed -n 's/^idmap: note: //p')" \
    '2 ids were given by domains that do not have them any more, and are not shown'
is 'dump -v says how each was made' "$(idmap dump -v |
    grep -c "^Method:${tab}Ephemeral")" "$(idmap dump 2>/dev/null | grep -c .)"
is 'dump --names and --verbose' "$(idmap dump --names --verbose | cksum)" \
    "$(idmap dump -nv | cksum)"

# ---- Notes: case.
fresh 'winuser:*@example unixuser:*' 'winuser:sam@example unixuser:Sam'
is 'sam is Sam, in any case' "$(for name in sam@example SAM@example \
    'EXAMPLE\Sam'; do shows "$name"; done | uniq -c | tr -d ' ')" 3unixuser:Sam
fresh 'winuser:*@example unixuser:*'
is 'a wildcard tries the name as it is, then in lower case' \
    "$(shows Sam@example) $(shows JOES@example)" 'unixuser:Sam unixuser:joes'
refused 'a UNIX name has its case' "no UNIX user 'FOO'" idmap show unixuser:FOO
ok 'it ends' stop
end
