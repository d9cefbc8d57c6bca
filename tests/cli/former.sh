#!/bin/sh
# "idmap domain": numbers that were others' do not become a domain's unseen.

. "$top_srcdir/tests/daemon/daemon.sh"
enter "$0"

ok 'a first apply' idmap apply
ok 'the daemon' start
ok 'allocations' idmap state adopt

# ---- Numbers that the catch-all gave.
late=S-1-5-21-11-12-13
is 'a SID of a domain that is not there gets a number' \
    "$(idmap show -c usid:$late-1000)" \
    "usid:$late-1000 -> uid:2147483649"
fresh=S-1-5-21-31-32-33
is 'another gets one, too' "$(idmap show -c usid:$fresh-1000)" \
    "usid:$fresh-1000 -> uid:2147483650"
refused 'which counts before it is folded' '--force-move' \
    idmap domain add fresh sid=$fresh range=700000-799999
ok 'a rehearsal knows it' sh -c \
    "idmap domain add -n fresh sid=$fresh range=700000-799999 2>&1 |
    grep -qx '    $fresh-1000: 2147483650 -> none'"
ok 'all are folded' idmap state fold
is 'a third one is not' "$(idmap show -c usid:$fresh-1001)" \
    "usid:$fresh-1001 -> uid:2147483651"
refused 'the domain is not added over it' '--force-move' \
    idmap domain add late sid=$late range=800000-899999
ok 'a rehearsal says what moves' sh -c \
    "idmap domain add -n late sid=$late range=800000-899999 2>&1 |
    grep -qx '    $late-1000: 2147483649 -> none'"
is 'the number is what it was' "$(idmap show usid:$late-1000)" \
    "usid:$late-1000 -> uid:2147483649"
ok 'one without numbers of its own moves none' \
    idmap domain add late sid=$late backend=none
is 'it is still what it was' "$(idmap show usid:$late-1000)" \
    "usid:$late-1000 -> uid:2147483649"
refused 'until it gets them' '--force-move' \
    idmap domain edit late backend=rid range=800000-899999
ok 'another domain is not concerned' \
    idmap domain add quiet sid=S-1-5-21-11-12-14 range=900000-999999
ok 'it can be forced' idmap domain edit --force-move late backend=rid \
    range=800000-899999
ok 'and is then done with' idmap domain edit late home=/home/%U
is 'it has a number of its own' "$(idmap show usid:$late-1000)" \
    "usid:$late-1000 -> uid:801000"
is 'which leads back to it' "$(idmap show uid:801000)" \
    "uid:801000 -> usid:$late-1000"
refused 'the one that it had does not' 'which gives it to nobody' \
    idmap show uid:2147483649
is 'another of the catch-all does' "$(idmap show uid:2147483650)" \
    "uid:2147483650 -> usid:$fresh-1000"
ok 'one that the keeper alone knows is overtaken likewise' \
    idmap domain add --force-move fresh sid=$fresh range=700000-799999
refused 'and leads nowhere' 'which gives it to nobody' \
    idmap show uid:2147483651
is 'but from its SID' "$(idmap show uid:701001)" "uid:701001 -> usid:$fresh-1001"

# ---- Groups that every domain has are no reason to give numbers to strangers.
refused 'a well-known RID of a domain that is not there' \
    'no configured domain has the SID S-1-5-21-9-9-9' \
    idmap show gsid:S-1-5-21-9-9-9-512
refused 'is allocated as little as others' \
    'no configured domain has the SID S-1-5-21-9-9-9' \
    idmap show -c gsid:S-1-5-21-9-9-9-512

# ---- Numbers of a domain that was removed.
ok 'a domain is removed' idmap domain remove quiet
refused 'its neighbour does not grow into its numbers' '--force-move' \
    idmap domain edit late range=800000-900000
ok 'but up to them' idmap domain edit late range=800000-899999
is 'and nothing has changed' \
    "$(idmap domain list | grep -o '800000-[0-9]*')" 800000-899999

# ---- sss: the slices of a domain that was removed.
range='range=20000000-29999999 rangesize=100000'
ok 'a domain in slices' idmap domain add one backend=sss \
    sid=S-1-5-21-100-100-100 $range slices=0:7
slice=$(idmap show usid:S-1-5-21-100-100-100-5)
ok 'goes' idmap domain remove one
refused 'its slice is no other domain'"'"'s' '--force-move' \
    idmap domain add two backend=sss sid=S-1-5-21-200-200-200 $range slices=0:7
refused 'nor in another domain'"'"'s range' '--force-move' \
    idmap domain add three sid=S-1-5-21-300-300-300 range=20000000-29999999
ok 'what lies beside it may be' \
    idmap domain add three sid=S-1-5-21-300-300-300 range=19000000-19999999
ok 'it comes back' idmap domain add one backend=sss \
    sid=S-1-5-21-100-100-100 $range slices=0:7
is 'as it was' "$(idmap show usid:S-1-5-21-100-100-100-5)" "$slice"
tiny='space=tiny range=30000000-30099999 rangesize=100000'
ok 'a space of one slice' idmap domain add four backend=sss \
    sid=S-1-5-21-400-400-400 $tiny
ok 'whose domain goes' idmap domain remove four
refused 'has no place for another' "all 1 slices of space 'tiny' are taken" \
    idmap domain add five backend=sss sid=S-1-5-21-500-500-500 $tiny

# ---- hash: two domains with the same 12 bits, of which one has the numbers.
first=S-1-5-21-1-2-4096 second=S-1-5-21-1-2-16
bits='backend=hash range=9961472-10485759'
ok 'a domain of 12 bits' idmap domain add bits1 sid=$first $bits
ok 'another name moves nothing' sh -c 'cd /etc/idmap/domains.d &&
    mv bits1.conf bits3.conf && idmap apply &&
    mv bits3.conf bits1.conf && idmap apply'
ok 'another of the same' idmap domain add bits2 sid=$second $bits
is 'the first has the numbers' "$(idmap show usid:$first-1107)" \
    "usid:$first-1107 -> uid:9962579"
refused 'the second has none' "has the hash 0x013 of $first" \
    idmap show usid:$second-1107
refused 'a new name would put the first behind it' '--force-move' \
    sh -c 'cd /etc/idmap/domains.d && mv bits1.conf bits3.conf && idmap apply'
mv /etc/idmap/domains.d/bits3.conf /etc/idmap/domains.d/bits1.conf
refused 'the second does not get them when the first goes' '--force-move' \
    idmap domain remove bits1
ok 'of which a rehearsal tells whose they were' sh -c \
    "idmap domain remove -n bits1 2>&1 | tee /dev/stderr | grep -qx \
    \"domain bits2: changed; numbers move: it gets those of domain 'bits1', \\
whose 12 bits it has\""
ok 'and which' sh -c "idmap domain remove -n bits1 |
    grep -qx '    $first-500: 9961972 -> none'"
refused 'nor when the first gets another backend' '--force-move' \
    idmap domain edit bits1 backend=none range=
is 'both are as they were' "$(idmap show usid:$first-1107)" \
    "usid:$first-1107 -> uid:9962579"
ok 'the second, which had none, goes' idmap domain remove bits2
ok 'and then the first' idmap domain remove bits1
refused 'whose numbers the second does not get' '--force-move' \
    idmap domain add bits2 sid=$second $bits
ok 'it comes back' idmap domain add bits1 sid=$first $bits
ok 'so does the second' idmap domain add bits2 sid=$second $bits
ok 'it is forced' idmap domain remove --force-move bits1
is 'the second has the numbers' "$(idmap show usid:$second-1107)" \
    "usid:$second-1107 -> uid:9962579"
ok 'the first comes back behind it' idmap domain add bits1 sid=$first $bits
is 'and takes nothing' "$(idmap show uid:9962579)" \
    "uid:9962579 -> usid:$second-1107"
ok 'every record is sound' idmap verify

# ---- hash for all domains: whose the 12 bits are is stored.
ok 'strangers get numbers' sh -c \
    "printf '[domains]\nunknown_domains = allocate\n' >/etc/idmap/idmap.conf &&
    idmap apply"
ok 'of 12 bits' idmap domain edit --force-move '*' backend=hash \
    range=8388608-8912895
is 'one has them' "$(idmap show -c usid:S-1-5-21-0-0-16-1)" \
    'usid:S-1-5-21-0-0-16-1 -> uid:8388609'
bits='backend=hash range=8388608-8912895'
ok 'the catch-all goes out of the way' idmap domain edit --force-move '*' \
    backend=ephemeral range=
refused 'no other domain of the same bits gets them' '--force-move' \
    idmap domain add strange sid=S-1-5-21-16-0-0 $bits
ok 'a rehearsal tells whose they are' sh -c \
    "idmap domain add -n strange sid=S-1-5-21-16-0-0 $bits |
    grep -qx '    S-1-5-21-0-0-16: a range -> none'"
ok 'but whose they are does' \
    idmap domain add same sid=S-1-5-21-0-0-16 $bits
is 'and has the same numbers' "$(idmap show usid:S-1-5-21-0-0-16-1)" \
    'usid:S-1-5-21-0-0-16-1 -> uid:8388609'
ok 'every record is sound still' idmap verify
ok 'it stops' stop
end
