#!/bin/sh
# What "idmap check" says of name rules.
set -u
. "$top_srcdir/tests/lib.sh"
private_root "$0"

useradd -u 1500 foo

# said: the lines about rules.
said() {
	idmap check 2>/dev/null </dev/null | grep -o 'rules .*' | tr -s ' '
}

# has DESCRIPTION TEXT COMMAND...: what it prints has the text.
has() {
	has_what=$1
	has_text=$2
	shift 2
	"$@" >/tmp/said 2>&1 </dev/null
	ok "$has_what" grep -qF -- "$has_text" /tmp/said
}

idmap apply >/dev/null 2>&1
is 'without rules nothing is said' "$(said)" ''
idmap add winuser:foo@corp.example unixuser:foo >/dev/null
is 'rules that work are counted' "$(said)" 'rules 1 name rules'
idmap add -d winuser:foo@corp.example 'unixuser:""' >/dev/null
has 'a rule that others hide is told' \
    'never used Windows to UNIX: rule 2 decides' said
idmap remove -a
idmap add winuser:bar@corp.example unixuser:bar >/dev/null 2>&1
has 'a rule to nobody here is told' 'no UNIX user of this name' said
refused 'and check fails' '' idmap check

# ---- Rules and the names of domains.
idmap remove -a
idmap add -d 'winuser:CORP\foo' unixuser:foo >/dev/null
ok 'a domain gets names' idmap domain add corp sid=S-1-5-21-1-2-3 \
    netbios=CORP dns=corp.example
ok 'another one, too' idmap domain add lab sid=S-1-5-21-4-5-6 \
    dns=lab.example
ok 'its rules are where they are looked for' idmap verify
has 'and known by any of its names' 'this rule was there already' \
    sh -c 'idmap add -d winuser:FOO@corp.example unixuser:foo 2>&1'
idmap add -d winuser:foo@old.example unixuser:games >/dev/null 2>&1
refused 'a name that would make rivals of rules is refused' \
    'conflicts with rule' idmap domain edit corp aliases=old.example
ok 'and nothing was changed' idmap verify
finish
