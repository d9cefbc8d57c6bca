#!/bin/sh
# Name rules as an administrator makes them: add, remove, list; the examples of
# idmap(1M) as they are written there.
set -u
. "$top_srcdir/tests/lib.sh"
private_root "$0"

map=/var/lib/idmap/map.gdbm
tab=$(printf '\t')
hostname examplehost
useradd -u 1500 foo
cd /tmp || exit 99

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
	for rule; do
		# The words of a rule are meant to be split.
		# shellcheck disable=SC2086
		set -f && idmap add $rule >/dev/null 2>&1
	done
	set +f
}

# ---- A host without a map.
is 'a host without a map has no rules' "$(idmap list)" ''
is 'nor in JSON' "$(idmap list --json)" '{"rules":[]}'
is 'nor to export' "$(idmap export usermap.cfg)" ''
ok 'listing makes no map' test ! -e "$map"
ok 'nor does a rehearsal' sh -c 'idmap add -n winuser:a@b unixuser:foo; test ! -e '$map

# ---- The example of well-known names.  What is echoed is what was typed.
is 'fred' "$(idmap add winname:fred unixuser:fredf 2>/dev/null)" \
    "add ${tab}winname:fred${tab}unixuser:fredf"
is 'administrator' "$(idmap add winname:administrator unixuser:root 2>/dev/null)" \
    "add ${tab}winname:administrator${tab}unixuser:root"
is 'guest' "$(idmap add winname:guest unixuser:nobody 2>/dev/null)" \
    "add ${tab}winname:guest${tab}unixuser:nobody"
is 'administrators, their type deduced' \
    "$(idmap add wingroup:administrators sysadmin 2>/dev/null)" \
    "add ${tab}wingroup:administrators${tab}unixgroup:sysadmin"
is 'the list has the names as they are' "$(idmap list)" \
    "add ${tab}winname:fred${tab}unixuser:fredf
add ${tab}winname:Administrator@examplehost${tab}unixuser:root
add ${tab}winname:Guest@examplehost${tab}unixuser:nobody
add ${tab}wingroup:Administrators@BUILTIN${tab}unixgroup:sysadmin"
is 'the same again changes nothing' \
    "$(idmap add winname:fred unixuser:fredf 2>&1 >/dev/null | head -1)" \
    'idmap: note: this rule was there already'
is 'and succeeds' "$(status idmap add winname:fred unixuser:fredf)" 0
is 'four rules are seven: winname is users and groups' \
    "$(idmap list --json | grep -c '"id":')" 7
is 'long lists are batches, too' "$(idmap list --long | sed 's/2[0-9T:-]*Z/WHEN/' |
    head -1)" "add ${tab}winname:fred${tab}unixuser:fredf${tab}# 1+2, WHEN, uid 0"

ok 'the map is whole' idmap verify

# ---- Examples 1, 2, 3.
fresh
is 'example 1' "$(idmap add "winuser:*@xyz.com" "unixuser:*")" \
    "add ${tab}winuser:*@xyz.com${tab}unixuser:*"
is 'example 2' "$(idmap add -d "winuser:*@xyz.com" unixuser:guest 2>/dev/null)" \
    "add -d${tab}winuser:*@xyz.com${tab}unixuser:guest"
is 'example 3, add' "$(idmap add winuser:foobar@example.com unixuser:foo 2>&1)" \
    "add ${tab}winuser:foobar@example.com${tab}unixuser:foo"
ok 'example 3, remove' idmap remove winuser:foobar@example.com unixuser:foo
is 'examples 1 and 2 are left' "$(rules)" \
    'add  winuser:*@xyz.com unixuser:*
add -d winuser:*@xyz.com unixuser:guest'

# ---- Notes of idmap(1M): case.
fresh '-d winuser:*@* unixuser:*' 'winuser:sam@example unixuser:Sam'
is 'rules for names that differ in case' "$(rules)" \
    'add -d winuser:*@* unixuser:*
add  winuser:sam@example unixuser:Sam'
refused 'the same name in another case is the same' 'conflicts with rule' \
    idmap add winuser:SAM@EXAMPLE unixuser:other

# ---- What cannot be a rule, and why.
refused 'two untyped names' "type of 'joe' cannot be told" idmap add joe joes
refused 'a Windows name alone is not enough' "type of 'joes' cannot be told" \
    idmap add joe@example.com joes
refused 'two Windows names' 'both are Windows names' \
    idmap add winuser:a@x wingroup:b@x
refused 'two UNIX names' 'both are UNIX names' idmap add unixuser:a unixgroup:b
refused 'a number' "'uid:5' is not a name" idmap add winuser:a@x uid:5
refused 'an unknown type' "'winusr' is no type" idmap add winusr:a@x unixuser:b
refused 'a partial wildcard' 'no other patterns' \
    idmap add 'winuser:a*@x' unixuser:b
refused 'bytes that are no UTF-8' 'is not UTF-8' \
    idmap add "winuser:$(printf '\377')" unixuser:b
refused 'one name' 'missing operands' idmap add winuser:a@x
refused 'three names' 'too many operands' idmap add winuser:a@x unixuser:b c
refused 'an option behind the names' 'too many operands' \
    idmap add winuser:a@x unixuser:b -d
refused 'an option that there is not' "'-x' is no option" idmap add -x a b
is 'all with status 1' "$(status idmap add a b)$(status idmap add -x)" 11
refused 'another UNIX name' \
    "'add  winuser:sam@example unixuser:Sam'" \
    idmap add winuser:sam@example unixuser:foo
is 'nothing of these was added' "$(rules | wc -l)" 2

# ---- The tables of what holds in which direction.
# table ARROW ROW: columns are "", a name and "*".
unix_columns='"" u *'
for row in 'a@d yyn' 'a yyn' 'a@* yyn' '*@d yyy' '* yyy' '*@* yyy' '"" nnn'; do
	win=${row% *}
	want=${row#* }
	got=
	set -f
	for unix in $unix_columns; do
		idmap add -n -d "winuser:$win" "unixuser:$unix" \
		    >/dev/null 2>&1 && got=${got}y || got=${got}n
	done
	set +f
	is "Windows to UNIX from $win" "$got" "$want"
done
for row in 'u yyynnnn' '* yyyyynn' '"" nnnnnnn'; do
	unix=${row% *}
	want=${row#* }
	got=
	set -f
	for win in '""' a@d a '*@d' '*' '*@*' 'a@*'; do
		idmap add -n -d "unixuser:$unix" "winuser:$win" \
		    >/dev/null 2>&1 && got=${got}y || got=${got}n
	done
	set +f
	is "UNIX to Windows from $unix" "$got" "$want"
done
set -f
for pair in 'a@d u y' 'a@d "" n' 'a@* u n' '*@d * y' '*@d u n' '*@* * n' \
    '"" u n' 'a@d * n' '* * y'; do
	# shellcheck disable=SC2086
	set -- $pair
	idmap add -n "winuser:$1" "unixuser:$2" >/dev/null 2>&1 && got=y || got=n
	is "both ways $1 and $2" "$got" "$3"
done
set +f
refused 'the reason is told: both ways to ""' 'nothing comes from ""' \
    idmap add winuser:a@d 'unixuser:""'
refused 'and of a domain that may be any' 'cannot get any domain' \
    idmap add winuser:a@* unixuser:u
refused 'and of one name for all' "one name cannot become any '*'" \
    idmap add winuser:a@d 'unixuser:*'

# ---- Remove: no option, -f, -t, -d; rules of both ways and of one.
both='winuser:a@d unixuser:u'
to_unix='-d winuser:b@d unixuser:v'
to_windows='-d unixuser:w winuser:c@d'
# removed WORDS...: what is left of the three rules.
removed() {
	fresh "$both" "$to_unix" "$to_windows"
	idmap remove "$@" 2>/dev/null
	rules
}
B='add  winuser:a@d unixuser:u'
U='add -d winuser:b@d unixuser:v'
W='add -d unixuser:w winuser:c@d'
nl='
'
is 'remove a name' "$(removed winuser:a@d)" "$U$nl$W"
is 'remove the other name' "$(removed unixuser:u)" "$U$nl$W"
is 'remove -f of both leaves the way back' "$(removed -f winuser:a@d)" \
    "add -d unixuser:u winuser:a@d$nl$U$nl$W"
is 'remove -t of both leaves the way there' "$(removed -t winuser:a@d)" \
    "add -d winuser:a@d unixuser:u$nl$U$nl$W"
is 'remove -f of the UNIX name' "$(removed -f unixuser:u)" \
    "add -d winuser:a@d unixuser:u$nl$U$nl$W"
is 'remove -f' "$(removed -f winuser:b@d)" "$B$nl$W"
is 'remove -t of a source removes nothing' "$(removed -t winuser:b@d)" \
    "$B$nl$U$nl$W"
is 'remove -t' "$(removed -t unixuser:v)" "$B$nl$W"
is 'remove -f of a destination removes nothing' "$(removed -f unixuser:v)" \
    "$B$nl$U$nl$W"
is 'remove -f UNIX to Windows' "$(removed -f unixuser:w)" "$B$nl$U"
is 'remove -t UNIX to Windows' "$(removed -t winuser:c@d)" "$B$nl$U"
is 'remove two' "$(removed winuser:a@d unixuser:u)" "$U$nl$W"
is 'remove two, the other way round' "$(removed unixuser:u winuser:a@d)" \
    "$U$nl$W"
is 'remove -d of both' "$(removed -d winuser:a@d unixuser:u)" \
    "add -d unixuser:u winuser:a@d$nl$U$nl$W"
is 'remove -d the other way' "$(removed -d unixuser:u winuser:a@d)" \
    "add -d winuser:a@d unixuser:u$nl$U$nl$W"
is 'remove -d' "$(removed -d winuser:b@d unixuser:v)" "$B$nl$W"
is 'remove -d against the way' "$(removed -d unixuser:v winuser:b@d)" \
    "$B$nl$U$nl$W"
is 'remove two that do not belong together' \
    "$(removed winuser:a@d unixuser:v)" "$B$nl$U$nl$W"
is 'a bare name is of any domain, in any case' "$(removed winuser:A)" "$U$nl$W"
is 'a domain is of any case' "$(removed winuser:a@D)" "$U$nl$W"
is 'another domain is another name' "$(removed winuser:a@e)" "$B$nl$U$nl$W"
is 'a name of the other kind is another' "$(removed wingroup:a@d)" \
    "$B$nl$U$nl$W"
is 'winname is of both kinds' "$(removed winname:a@d)" "$U$nl$W"
is 'remove -a' "$(removed -a)" ''
is 'remove --all' "$(removed --all)" ''
fresh "-d winuser:x@d unixuser:\"\"" "-d winuser:x@d unixuser:foo"
ok 'a name that inhibits stands for itself' \
    idmap remove winuser:x@d 'unixuser:""'
is 'and for nothing else' "$(rules)" 'add -d winuser:x@d unixuser:foo'
refused 'removing nothing is told' 'note: there is no such rule' \
    sh -c 'idmap remove winuser:nobody@d 2>&1; false'
is 'and is no failure' "$(status idmap remove winuser:nobody@d)" 0
refused '-a goes alone' '-a goes alone' idmap remove -a winuser:a@d
refused '-f and -t exclude each other' 'exclude each other' \
    idmap remove -f -t winuser:a@d
refused '-d needs two' '-d needs two names' idmap remove -d winuser:a@d
refused '-f takes one' '-f and -t take one name' \
    idmap remove -f winuser:a@d unixuser:u
refused 'no name, no -a' 'a name is missing' idmap remove
refused 'a name without a type' "type of 'guest' cannot be told" \
    idmap remove guest
is 'all with status 1' "$(status idmap remove)" 1
fresh "$both"
is 'a rehearsal counts' "$(idmap remove -n -a | head -1)" 'would remove 1 rules'
is 'so does JSON' "$(idmap remove --json -n -a)" '{"dry_run": true, "removed": 1}'
is 'and changes nothing' "$(rules)" "$B"

# ---- Names with everything in them come back as they were.
fresh
idmap add "winuser:Bob \"X\" O'Neil@d" unixuser:a >/dev/null 2>&1
# shellcheck disable=SC2016
idmap add 'winuser:$dollar#hash!@d' 'unixuser:b#!$c' >/dev/null 2>&1
idmap add 'DOM\back' 'unixgroup:with space' >/dev/null 2>&1
idmap add 'winuser:ÄÖÜ ß 😀@d' 'unixuser:äöü' >/dev/null 2>&1
idmap add -d 'winuser:x@d' 'unixuser:""' >/dev/null 2>&1
idmap add -d 'unixuser:y' 'winuser:""' >/dev/null 2>&1
idmap add 'winuser:a&b;c|d<e>f(g)h[i]j{k}l~m`n^o@d' 'unixuser:q"r' >/dev/null 2>&1
is 'all were taken' "$(idmap list | wc -l)" 7
idmap list >before
ok 'they are removed' idmap remove -a
ok 'their list is a batch' idmap -f before
ok 'that brings them back' sh -c 'idmap list | cmp - before'
ok 'so does the long list' sh -c \
    'idmap list --long >long; idmap remove -a; idmap <long; idmap list | cmp - before'
ok 'and the native export' sh -c \
    'idmap export native >native; idmap import -F -f native native; idmap list | cmp - before'
ok 'a shell reads the lines as they are' sh -c '
	idmap list | sed "s/^add/add -n/" >words
	while IFS= read -r line; do eval "idmap $line" >/dev/null 2>&1 || exit 1; done <words'

ok 'the map is whole' idmap verify

# ---- Who may, and what is left of it.
useradd -u 1501 bob
for words in 'add winuser:z@d unixuser:foo' 'remove -a'; do
	# shellcheck disable=SC2086
	refused "only root may $words" 'only root may do this' \
	    setpriv --reuid 1501 --regid 1501 --clear-groups \
	    "$(command -v idmap)" $words
done
ok 'anybody may list' setpriv --reuid 1501 --regid 1501 --clear-groups \
    "$(command -v idmap)" list
idmap add winuser:logged@d unixuser:foo >/dev/null
ok 'what was done is, too' grep -q \
    'change="add: add  winuser:logged@d unixuser:foo"' /var/log/idmap.log
ok 'what was removed, too' sh -c 'idmap remove winuser:logged@d &&
    tail -1 /var/log/idmap.log | grep -q "change=\"1 name rules removed\""'

# ---- Where it leads.
refused 'no such user' "there is no user 'nosuch'" \
    sh -c 'idmap add winuser:n@d unixuser:nosuch 2>&1; false'
refused 'a system account is not for everybody' 'add the rule with --privileged' \
    sh -c 'idmap add winuser:r@d unixuser:root 2>&1; false'
is 'with --privileged nothing is said' \
    "$(idmap add --privileged winuser:r@d unixuser:root 2>&1)" \
    "add --privileged${tab}winuser:r@d${tab}unixuser:root"
is 'it replaced the other' "$(rules | grep -c winuser:r@d)" 1
refused 'no wildcard is privileged' 'from one Windows name to one UNIX name' \
    idmap add -d --privileged 'winuser:*@d' unixuser:root
is 'JSON says what was added' "$(idmap add --json -n winuser:j@d unixuser:foo)" \
    '{"dry_run":true,"added":true,"rule":{"direction":"both","windows":{"kind":"user","name":"j","domain":"d"},"unix":{"kind":"user","name":"foo"}}}'

# ---- A bare name has a domain as soon as there is a default one.
fresh 'winuser:fred unixuser:foo'
is 'a name without a domain' "$(idmap show winuser:fred)" \
    'winuser:fred -> unixuser:foo'
ok 'a default domain' idmap domain add example.com sid=S-1-5-21-1-2-3 default=yes
is 'is its own from then on' "$(rules)" \
    'add  winuser:fred@example.com unixuser:foo'
is 'and is found' "$(idmap show winuser:fred)" \
    'winuser:fred -> unixuser:foo'
fresh 'winuser:fred unixuser:foo'
ok 'without one' idmap domain edit example.com default=
fresh
idmap add -d winuser:fred unixuser:foo >/dev/null
idmap add -d winuser:fred@other.example unixuser:bar >/dev/null 2>&1
refused 'a property that would make rivals' 'with the default domain: rule' \
    idmap property set default_domain=other.example
fresh 'winuser:fred unixuser:foo'
ok 'a property says it, too' idmap property set default_domain=other.example
is 'and counts' "$(rules)" 'add  winuser:fred@other.example unixuser:foo'
is 'is found' "$(idmap show winuser:fred)" \
    'winuser:fred -> unixuser:foo'
idmap add -d winuser:jim unixuser:foo >/dev/null
is 'new names get it' "$(rules | tail -n 1)" \
    'add -d winuser:jim@other.example unixuser:foo'
ok 'all are where they are looked for' idmap verify
ok 'unset' idmap property unset default_domain

# ---- The example of well-known names once more, with a default domain.
ok 'the default domain' idmap domain edit example.com default=yes
fresh 'winname:fred unixuser:fredf' 'winname:administrator unixuser:root' \
    'winname:guest unixuser:nobody' 'wingroup:administrators sysadmin'
is 'the list of idmap(1M)' "$(rules)" \
    'add  winname:fred@example.com unixuser:fredf
add  winname:Administrator@examplehost unixuser:root
add  winname:Guest@examplehost unixuser:nobody
add  wingroup:Administrators@BUILTIN unixgroup:sysadmin'
# shows NAME: what show makes of it.
shows() {
	idmap show "$1" 2>&1 | sed 's/.* -> //'
}
fresh
idmap import usermap.cfg <<EOF
       joe@example.com == joes
       jane.doe@example.com == janed
       administrator@* => nobody
       *@example.com == *
       *@example.com => nobody
EOF
useradd -u 1600 joes
is 'example 9: joe' "$(shows joe@example.com)" unixuser:joes
is 'example 9: an administrator' "$(shows administrator@example.com)" \
    unixuser:nobody
is 'example 9: one who has an account' "$(shows foo@example.com)" unixuser:foo
is 'example 9: one who has none' "$(shows stranger@example.com)" unixuser:nobody
finish
