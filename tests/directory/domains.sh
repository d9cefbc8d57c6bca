#!/bin/sh
# domains -- the Windows domains that other tests ask are what dc.sh says.
set -u
. "$top_srcdir/tests/lib.sh"
. "$top_srcdir/tests/directory/dc.sh"
dc_ready || exit 99
private_root "$0"

corp=DC=corp,DC=example,DC=com
other=DC=other,DC=example,DC=net
export LDAPTLS_CACERT=$dc_folder/ca/ca.pem

# value NAME BASE FILTER ATTRIBUTE: its values there.
value() {
	dc_search "$1" -b "$2" "$3" "$4" | sed -n "s/^$4: //p"
}

# why NAME USER PASSWORD: what the DC says of a password that it refuses.
why() {
	dc_bind "$1" "$2" "$3" 2>&1 | sed -n 's/.*, data \([0-9a-f]*\),.*/\1/p'
}

# unbound: an anonymous question to this URL.
unbound() {
	timeout 20 ldapsearch -LLL -x -H "$1" -s base -b '' defaultNamingContext
}

ok 'the first domain' dc_start corp
ok 'and the second' dc_start other

# ---- How they are reached.
ok 'ldap' unbound ldap://dc1.corp.example.com
ok 'ldaps' unbound ldaps://dc1.corp.example.com
ok 'by its address, too' unbound ldaps://127.0.0.20
ok 'found by DNS' unbound ldap:///dc%3Dcorp%2Cdc%3Dexample%2Cdc%3Dcom
ok 'so is the other' unbound ldap:///dc%3Dother%2Cdc%3Dexample%2Cdc%3Dnet

# sealed HOST: a question with the ticket that is there.
sealed() {
	timeout 20 ldapsearch -LLL -Y GSSAPI -H "ldap://$1" -s base -b '' 1.1
}
machine() {
	kdestroy && kinit -k -t "$dc_folder/corp/keytab.client" 'CLIENT$'
}
ok 'a ticket by keytab' kinit -k -t "$dc_folder/corp/keytab" idmap-svc
ok 'opens LDAP, sealed' sealed dc1.corp.example.com
ok 'and across the trust' sealed dc2.other.example.net
ok 'a ticket of the machine' machine
ok 'does, too' sealed dc1.corp.example.com

# ---- Who is there.
is 'a user with numbers' "$(value corp "$corp" '(sAMAccountName=ALICE)' \
    uidNumber)" 10001
is 'its name elsewhere is somebody else' \
    "$(value other "$other" '(sAMAccountName=alice)' uidNumber)" 30001
is 'a name beyond ASCII' \
    "$(value corp "$corp" '(sAMAccountName=jürgen groß)' uidNumber)" 10004
is 'another primary group' \
    "$(value corp "$corp" '(sAMAccountName=emil)' primaryGroupID)" 1103
is 'a number of nobody' \
    "$(value corp "$corp" '(sAMAccountName=minus)' uidNumber)" -1
is 'a large group' "$(value corp "$corp" '(sAMAccountName=many)' member |
    wc -l)" $dc_people
is 'a loop' "$(value corp "$corp" '(sAMAccountName=ring1)' memberOf)" \
    "CN=ring2,OU=Groups,$corp"
is 'members of every kind' "$(value corp "$corp" '(sAMAccountName=mixed)' \
    member | sort | cut -d, -f 1 | tr '\n' ' ')" \
    "CN=A Contact CN=Bob.Brown CN=$dc_sid_other-1104 "

# ---- Who may log in.
ok 'a password' dc_bind corp alice pw-alice
is 'a wrong one' "$(why corp alice wrong)" 52e
is 'disabled' "$(why corp disabled pw-disabled)" 533
is 'expired' "$(why corp expired pw-expired)" 701
is 'to change its password' "$(why corp mustchange pw-mustchange)" 773
is 'locked out' "$(why corp locked pw-locked)" 775

# ---- Changes.
change() {
	dc_change corp <<-END
		dn: CN=alice,OU=People,$corp
		changetype: modify
		replace: loginShell
		loginShell: /bin/zsh
	END
}
ok 'a change' change
is 'is there' "$(value corp "$corp" '(sAMAccountName=alice)' loginShell)" \
    /bin/zsh

# ---- What becomes of them.
# silent: no word and no refusal either, for a second.
silent() {
	timeout 1 ldapwhoami -x -H ldap://127.0.0.10
	[ $? -eq 124 ]
}
ok 'frozen' dc_freeze corp
ok 'it does not answer' silent
ok 'thawed' dc_thaw corp
ok 'it does' unbound ldap://127.0.0.10
ok 'killed' dc_kill corp
refused 'nobody is there' "Can't contact" \
    sh -c 'ldapwhoami -x -H ldap://127.0.0.10 || exit 1'
ok 'it comes back' dc_start corp
is 'with what it had' \
    "$(value corp "$corp" '(sAMAccountName=alice)' loginShell)" /bin/zsh
ok 'it stops' dc_stop corp
ok 'and the other' dc_stop other
finish
