#!/bin/sh
# Batches of idmap(8): many commands, one change of the map, or none.
set -u
. "$top_srcdir/tests/lib.sh"
private_root "$0"

tab=$(printf '\t')
useradd -u 1500 foo
useradd -u 1501 bar
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

# batch TEXT [OPTION...]: run it from standard input; all that it says.
batch() {
	batch_text=$1
	shift
	printf '%b' "$batch_text" | idmap "$@" 2>&1
}

# ---- Example 6, as it is written, on a host without a map.
idmap >out 2>err <<EOF
       remove winuser:foobar@example.com
       add winuser:foobar@example.com unixuser:bar
       add wingroup:members unixgroup:staff
EOF
is 'example 6 succeeds' "$?" 0
is 'it echoes what it added' "$(cat out)" \
    "add ${tab}winuser:foobar@example.com${tab}unixuser:bar
add ${tab}wingroup:members${tab}unixgroup:staff"
is 'example 7' "$(rules)" 'add  winuser:foobar@example.com unixuser:bar
add  wingroup:members unixgroup:staff'
ok 'again, with -f' sh -c '
	printf "remove winuser:foobar@example.com\nadd winuser:foobar@example.com unixuser:bar\n" >b
	idmap -f b'
ok 'and --command-file' idmap --command-file=b
ok 'and -f -' sh -c 'idmap -f - <b'
is 'a rule that was made anew is the last' "$(rules)" \
    'add  wingroup:members unixgroup:staff
add  winuser:foobar@example.com unixuser:bar'

# ---- Any error, and nothing is committed.
idmap remove -a
bad='add winuser:a@d unixuser:foo\nadd winuser:b@d unixuser:foo extra  \r\nadd winuser:c@d unixuser:bar\n'
is 'the line of an error is told, and nothing is echoed' "$(batch "$bad")" \
    'Error at line 2: add winuser:b@d unixuser:foo extra
idmap: add: too many operands
usage: idmap add [-d] [--privileged] [--force] [-n] [--json] name1 name2
idmap: standard input: 1 command failed, the first at line 2; nothing was changed'
is 'and nothing is changed' "$(rules)" ''
is 'not even if the last command is good' \
    "$(batch 'add winuser:a@d unixuser:foo\nfrob\nlist\n' >/dev/null; echo $?)" 1
is 'nor with exit' \
    "$(batch 'add winuser:a@d unixuser:foo\nfrob\nexit\n' >/dev/null; echo $?)" 1
is 'still nothing' "$(rules)" ''
is 'a conflict inside the batch is one' \
    "$(batch 'add winuser:a@d unixuser:foo\n\nadd winuser:A@d unixuser:bar\n' |
	sed 's/rule [0-9]*/rule N/')" \
    "Error at line 3: add winuser:A@d unixuser:bar
idmap: conflicts with rule N, 'add  winuser:a@d unixuser:foo': remove that one first
idmap: standard input: 1 command failed, the first at line 3; nothing was changed"

# Every kind of error has its line.
errors='"unclosed\nfrob\nadd -x a b\nadd a b\nimport usermap.cfg\nremove\nlist --jsno\nadd winuser:a@d unixuser:foo -d\nadd -n winuser:a@d unixuser:foo\nexport foo\nget-namemap winuser:a@d\nset-namemap a b\nadd \\'
is 'every kind of error has its line' \
    "$(batch "$errors" | grep -c '^Error at line')" 13
# why N: what is said of line N.
why() {
	batch "$errors" | grep -A1 "^Error at line $1:" | tail -1
}
is 'a quote that is not closed' "$(why 1)" 'idmap: a double quote is not closed'
is 'an unknown command' "$(why 2)" "idmap: there is no verb 'frob'; 'idmap help' lists them"
is 'an unknown option' "$(why 3)" "idmap: add: '-x' is no option of it"
is 'an unknown format' "$(why 10 | cut -d';' -f1)" "idmap: export: there is no format 'foo'"
is 'the program is no command' "$(batch 'idmap list\n' | sed -n 2p)" \
    "idmap: there is no verb 'idmap': write what stands behind it"
is 'import' "$(why 5)" 'idmap: import: cannot stand in a batch'
is 'a misspelt option' "$(why 7)" \
    "idmap: list: '--jsno' is no option of it; did you mean '--json'?"
is 'a rehearsal in a batch' "$(why 9)" \
    "idmap: a dry run is one of the whole batch: 'idmap --dry-run -f file'"
is 'a line that is to be continued' "$(why 13)" \
    'idmap: it is continued, and nothing follows'

# ---- --keep-going.
is 'those that can take effect' \
    "$(batch 'add winuser:a@d unixuser:foo\nfrob\nadd winname:b@d unixuser:bar\n' --keep-going)" \
    "Error at line 2: frob
idmap: there is no verb 'frob'; 'idmap help' lists them
add ${tab}winuser:a@d${tab}unixuser:foo
add ${tab}winname:b@d${tab}unixuser:bar
idmap: note: standard input: 1 failed; the other commands took effect"
is 'and are there' "$(rules)" 'add  winuser:a@d unixuser:foo
add  winname:b@d unixuser:bar'
is 'the status says that not all did' \
    "$(batch 'frob\n' --keep-going >/dev/null; echo $?)" 1
is 'half a winname is none' \
    "$(batch 'remove -a\nadd wingroup:c@d unixuser:foo\nadd winname:c@d unixuser:bar\n' \
	--keep-going >/dev/null; rules)" 'add  wingroup:c@d unixuser:foo'

# ---- What it is to read in a batch: the state before it.
idmap remove -a
idmap add winuser:old@d unixuser:foo >/dev/null
is 'a batch reads what was there before it' \
    "$(batch 'add winuser:new@d unixuser:bar\nlist\n')" \
    "add ${tab}winuser:old@d${tab}unixuser:foo
add ${tab}winuser:new@d${tab}unixuser:bar"
is 'export too' "$(batch 'remove -a\nexport usermap.cfg\n')" \
    "old@d${tab}==${tab}foo
new@d${tab}==${tab}bar"
idmap add winuser:old@d unixuser:foo >/dev/null
is 'answers come line by line' "$( (
	echo list
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		[ -s answer ] || sleep 0.2
	done
	cat answer >early
) | timeout 20 idmap >answer; cmp early answer && wc -l <early)" 1

# ---- The words.
idmap remove -a
ok 'comments, blanks, CR LF, quotes, continued lines' sh -c '
	printf "# a comment\r\n\r\n  \t\nadd \\\\\n  winuser:\"Bob X\"@d \\\\\r\n unixuser:foo # him\nadd -d winuser:y@d \"\"" | idmap'
is 'mean what they say' "$(rules)" 'add  "winuser:Bob X@d" unixuser:foo
add -d winuser:y@d unixuser:""'
is 'a line may be long' "$( (
	printf 'add winuser:long@d'
	head -c 2000000 /dev/zero | tr '\0' ' '
	echo unixuser:bar
) | idmap >/dev/null; echo $?)" 0
is 'exit ends the input' "$(batch 'exit\nfrob\n'; echo $?)" 0
is 'alone it does nothing' "$(status idmap exit)" 0
is 'empty input is success' "$(status idmap)" 0
is 'so is a file of comments' "$(echo '# x' | idmap; echo $?)" 0
is 'help in a batch' "$(batch 'help exit\n' | head -1)" 'usage: idmap exit'
refused 'a file that is not there' '/nosuch: No such file' idmap -f /nosuch
refused '-f without one' '-f needs an argument' idmap -f
is 'exits as batches do' "$(idmap -f >/dev/null 2>&1; echo $?)" 1
refused 'a folder is no file' 'Is a directory' idmap -f /tmp
refused 'a verb behind -f' "'list' is too much" idmap -f b list
refused '-f needs its file' '-f needs an argument: file' idmap -f
is 'all with status 1' "$(status idmap -f /nosuch)$(status idmap -f b list)" 11

# ---- A rehearsal.
before=$(rules)
is 'a rehearsal echoes' "$(batch 'remove -a\nadd winuser:z@d unixuser:foo\n' -n | head -1)" \
    "add ${tab}winuser:z@d${tab}unixuser:foo"
is 'and changes nothing' "$(rules)" "$before"

# ---- The log: a batch is one attempt.
batch 'add -d winuser:l1@d unixuser:foo\nremove winuser:l1@d\nadd -d winuser:l2@d unixuser:foo\n' >/dev/null
is 'a batch is one record' "$(tail -1 /var/log/idmap.log | sed 's/.* command=/command=/')" \
    'command="idmap" result=ok change="add: add -d winuser:l1@d unixuser:foo, 1 name rules removed, add: add -d winuser:l2@d unixuser:foo"'
batch 'add -d winuser:l3@d unixuser:foo\nfrob\n' >/dev/null
is 'a batch that failed changed nothing' \
    "$(tail -1 /var/log/idmap.log | sed 's/.* command=/command=/')" \
    'command="idmap" result=invalid reason="standard input: 1 command failed, the first at line 2; nothing was changed"'
is 'a batch that only reads needs no root' "$(printf 'list\n' |
    setpriv --reuid 1501 --regid 1501 --clear-groups "$(command -v idmap)" |
    head -1 | cut -f1)" 'add '
refused 'one that changes does' 'only root may do this' sh -c \
    'printf "add winuser:q@d unixuser:foo\nadd winuser:r@d unixuser:foo\n" |
    setpriv --reuid 1501 --regid 1501 --clear-groups "$(command -v idmap)"'

# ---- A writer that is slow holds up nobody.
mkfifo pipe
idmap -f pipe >/dev/null 2>&1 &
slow=$!
exec 3>pipe
echo 'add -d winuser:slow@d unixuser:foo' >&3
ok 'another one comes in between' timeout 20 idmap add -d winuser:quick@d unixuser:bar
exec 3>&-
wait $slow
is 'and the slow one ends well' "$?" 0
is 'the last is last' "$(rules | tail -1)" 'add -d winuser:slow@d unixuser:foo'
finish
