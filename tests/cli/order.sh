#!/bin/sh
# order -- the vectors of the manuals, added in every order through the tools.

. "$top_srcdir/tests/lib.sh"
private_root "$0"
. "$top_srcdir/tests/cli/users.sh"

# permute N: the orders of 1..N, one a line
permute() {
	awk -v n="$1" '
	function rest(line, left,   i, k, words, next_left) {
		if (left == "") { print line; return }
		k = split(left, words, " ")
		for (i = 1; i <= k; i++) {
			next_left = " " left " "
			sub(" " words[i] " ", " ", next_left)
			gsub(/^ +| +$/, "", next_left)
			rest(line " " words[i], next_left)
		}
	}
	BEGIN {
		for (i = 1; i <= n; i++)
			all = all (i > 1 ? " " : "") i
		rest("", all)
	}'
}

# vector NAME TOOL DESCRIPTOR: the entries in their order on standard input;
# every order of adding must list them so.
vector() {
	cat >vector.txt
	lines=$(wc -l <vector.txt)
	permute "$lines" >orders.txt
	failed=0
	while read -r order; do
		$2 -I "$3"
		for at in $order; do
			entry=$(sed -n "${at}p" vector.txt)
			$2 -a -r "${entry% *}" -l "${entry##* }" || failed=1
		done
		{ echo "!$3"; cat vector.txt; } >expected.txt
		$2 >listed.txt
		cmp -s expected.txt listed.txt || {
			echo "# added in the order $order:"
			sed 's/^/#   /' listed.txt
			failed=1
		}
		$2 -D
	done <orders.txt
	is "$1, in $(wc -l <orders.txt) orders" "$failed" 0
}

cd "$(mktemp -d)"

vector V1 'idadmin -S v' M1@M2 <<'END'
guest@mars %i
*@mars %1
guest@ux* %i
*@ux* %1
END
vector V2 'idadmin -S v' M1@M2.M3.M4.M5 <<'END'
root@joker.sf.buu.com root
*@*.sf.buu.com %1
*@*.tm.buu.com guest
ilya@*.*.*.* ilya
END
vector V3 'idadmin -S v' M1 <<'END'
sf* foo
s* bob
END
vector V4 'idadmin -S v' 'M2!M1' <<'END'
comunix!foo foo
*!* %1
END
vector V5 'idadmin -S v' M2:M1 <<'END'
pluto:bob johnd
pluto:* %1
END
vector V6 'attradmin -A uid' M1@M2 <<'END'
104@venus 104
*@mars %1
END

# What the vectors answer.
maps() { # TOOL NAME RESULT
	is "$2 is $3" "$($1 -t "$2" | sed -n "s/.* is mapped to '\\([^']*\\)' .*/\\1/p")" "$3"
}

idadmin -S v1 -I M1@M2
idadmin -S v1 -a -r guest@mars -l %i
idadmin -S v1 -a -r '*@mars' -l %1
refused 'V1: guest@mars is refused' 'refuses' idadmin -S v1 -t guest@mars
maps 'idadmin -S v1' bob@mars bob
refused 'V1: and no later entry is tried' 'no user eve' \
    idadmin -S v1 -t eve@mars

idadmin -S v5 -I M2:M1
idadmin -S v5 -a -r 'pluto:*' -l %1
maps 'idadmin -S v5' pluto:bob bob
maps 'idadmin -S v5' pluto:johnd johnd

attradmin -A uid -I M1@M2
attradmin -A uid -a -r 104@venus -l 104
attradmin -A uid -a -r '*@mars' -l %1
attradmin -A gid -I M1@M2
attradmin -A gid -a -r 10@moon -l 20
maps 'attradmin -A uid' 104@venus 104
maps 'attradmin -A uid' 101@mars 101
maps 'attradmin -A gid' 10@moon 20
finish
