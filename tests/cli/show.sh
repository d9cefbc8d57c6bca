#!/bin/sh
# "idmap show", "dump" and "flush" with a real idmapd.

. "$top_srcdir/tests/daemon/daemon.sh"
enter "$0"

corp=S-1-5-21-1-2-3
other=S-1-5-21-9-9-9
tab=$(printf '\t')

# status COMMAND...: its exit status.
status() {
	"$@" >/dev/null 2>&1 </dev/null
	echo $?
}

useradd -u 1500 foo
groupadd -g 1600 staffx
ok 'idmapd runs' start
ok 'the settings are in force' idmap apply
ok 'a state is adopted' idmap state adopt
ok 'a rule' idmap add winuser:joe@example.com unixuser:foo
ok 'one that inhibits' idmap add -d winuser:no@example.com 'unixuser:""'

# ---- Forms.
is 'a name leads to a name' "$(idmap show joe@example.com)" \
    'winuser:joe@example.com -> unixuser:foo'
is 'whatever its case and spelling' "$(idmap show 'EXAMPLE.COM\JOE' uid)" \
    'winuser:EXAMPLE.COM\JOE -> uid:1500'
is 'a number to a SID, or to the name that has none' \
    "$(idmap show uid:1500)" 'uid:1500 -> winuser:joe@example.com'
is 'with -v it says how' "$(idmap show -v joe@example.com uid)" \
    "winuser:joe@example.com -> uid:1500
Source:${tab}Algorithmic
Method:${tab}Name Rule
Rule:${tab}add ${tab}winuser:joe@example.com${tab}unixuser:foo"
is 'with -V each step' "$(idmap show -V joe@example.com uid | sed -n '2,3p;$p')" \
    "Trace:
${tab}winname joe@example.com -> unixuser - start
${tab}winuser joe@example.com -> unixuser foo 1500 - Name Rule (Algorithmic)"
is 'as JSON' "$(idmap show --json joe@example.com uid | tr -d ' \n' |
    grep -o '"id":1500')" '"id":1500'
is 'a failure on standard error alone' \
    "$(idmap show no@example.com 2>/dev/null)" ''
refused 'with its reason' 'has no UNIX counterpart' idmap show no@example.com
is 'in the block that -v has' "$(idmap show -v no@example.com 2>&1)" \
    "Error:${tab}a rule says that it has no UNIX counterpart
Failed Method:${tab}Name Rule
Rule:${tab}add -d${tab}winuser:no@example.com${tab}unixuser:\"\""
is 'the reason of JSON' "$(idmap show --json no@example.com |
    grep -o '"reason": "[a-z-]*"')" '"reason": "inhibited"'
is 'the status is 1' "$(status idmap show no@example.com)" 1
refused 'a bare word is explained' 'put winuser:' idmap show joe
refused 'a SID without its type, too' 'put winuser:' idmap show $corp-1000
refused 'an empty one, too' '"": the identity is empty' idmap show ''
refused 'nobody is called *' "'*' stands for many names" \
    idmap show -c 'winuser:*@example.com'
refused 'nor of the domain *' "'*' stands for many names" \
    idmap show -c 'wingroup:x@*'
is 'so none of them has an id' "$(idmap dump)" ''
is 'what is malformed is JSON, when that is asked for' \
    "$(idmap show --json sid:S-1-x | grep -o '"\(status\|reason\)": "[a-z-]*"')" \
    '"status": "invalid"
"reason": "bad-argument"'
refused 'an unknown type is named' "'pid' is no type" idmap show pid:5
refused 'two of one side make no sense' 'both are UNIX' \
    idmap show uid:1500 gid
is 'in a batch, too' "$(printf 'show uid:1500\nshow joe@example.com\n' |
    idmap)" 'uid:1500 -> winuser:joe@example.com
winuser:joe@example.com -> unixuser:foo'

# ---- Allocating.
refused 'there is no id yet' 'idmap show -c' idmap show sid:$other-1000
is 'root has one made' "$(idmap show -cv sid:$other-1000 uid)" \
    "sid:$other-1000 -> uid:2147483649
Source:${tab}New
Method:${tab}Ephemeral"
is 'which then is there for all' \
    "$(as alice idmap show -v sid:$other-1000 uid | sed -n 1,2p)" \
    "sid:$other-1000 -> uid:2147483649
Source:${tab}Cache"
is 'both ways, at once' "$(idmap show uid:2147483649)" \
    "uid:2147483649 -> usid:$other-1000"
is 'a gid is another one' "$(idmap show -c sid:$other-1000 gid)" \
    "sid:$other-1000 -> gid:2147483650"
refused 'others may not' 'root' as alice idmap show -c sid:$other-1001 uid
is 'and get nobody beside the error' \
    "$(as alice idmap show -c sid:$other-1001 uid 2>/dev/null)" \
    "sid:$other-1001 -> uid:65534"
is 'a name without a SID gets one, too' \
    "$(idmap show -c winuser:zoe@elsewhere uid)" \
    'winuser:zoe@elsewhere -> uid:2147483650'
is 'which leads back' "$(idmap show uid:2147483650)" \
    'uid:2147483650 -> winuser:zoe@elsewhere'

# ---- Dump.
is 'dump has them, the journal'"'"'s too' "$(idmap dump)" \
    "usid:$other-1000${tab}==${tab}uid:2147483649
winuser:zoe@elsewhere${tab}==${tab}uid:2147483650
gsid:$other-1000${tab}==${tab}gid:2147483650"
is 'and how' "$(idmap dump -v | sed -n 2p)" "Method:${tab}Ephemeral"
is 'and as JSON' "$(idmap dump --json | grep -c '"windows"')" 3
ok 'a rule for the name' idmap add -d winuser:zoe@elsewhere unixuser:foo
is 'leaves the id one way' "$(idmap dump | sed -n 2p)" \
    "winuser:zoe@elsewhere${tab}<=${tab}uid:2147483650"

# ---- Flush.
is 'flush says what it is about' "$(idmap flush | grep -c 'nothing is cached')" 1
is 'ids stay' "$(idmap show sid:$other-1000 uid)" \
    "sid:$other-1000 -> uid:2147483649"
is 'with -a, too: they are not those of a boot' \
    "$(idmap flush -a | tail -n 1 | cut -d: -f1)" 'no id was forgotten'
is 'they do' "$(idmap show sid:$other-1000 uid)" \
    "sid:$other-1000 -> uid:2147483649"
is 'a rehearsal says so, too' "$(idmap flush -a -n | tail -n 1)" \
    'nothing was changed (--dry-run)'
ok 'test explains' sh -c "idmap test sid:$other-1000 | grep -q ^Trace:"
is 'as show -vV does' "$(idmap test --json sid:$other-1000 uid)" \
    "$(idmap show -vV --json sid:$other-1000 uid)"
refused 'and gives nothing' 'it has no id yet' idmap test sid:$other-7777 uid
refused 'others may not flush' 'only root' as alice idmap flush
ok 'the attempt is on record' grep -q 'idmap flush' $updates

# ---- A domain makes the others unknown.
ok 'the journal is folded' idmap state fold
ok 'a domain' idmap domain add corp sid=$corp dns=corp.example
refused 'a name without a domain is told' \
    'there is no default one: write name@domain' idmap show winuser:joe
refused 'SIDs of others are refused' 'idmap domain add' \
    idmap show -c sid:$other-1002 uid
is 'what they have they keep' "$(idmap show sid:$other-1000 uid)" \
    "sid:$other-1000 -> uid:2147483649"
is 'its own are computed' "$(idmap show sid:$corp-1107 uid | cut -d: -f1-2)" \
    "sid:$corp-1107 -> uid"
ok 'it ends' stop
is 'without idmapd, what is stored is shown' \
    "$(idmap show uid:2147483649)" "uid:2147483649 -> usid:$other-1000"
refused 'and nothing is made' 'idmapd' idmap show -c sid:S-1-5-32-545
end
