# far.sh -- other hosts for test servers: network namespaces behind a cable.
#
#	. "$top_srcdir/tests/lib.sh"
#	private_root "$0"
#	. "$top_srcdir/tests/directory/far.sh"
#	far_make one 10.9.1.2
#	far one COMMAND...
#	far_silent one		# it hears, and nothing that it says arrives
#	far_heard one
#
# They vanish with the private root.

# far_make NAME ADDRESS: a host NAME, at most 12 characters.  ADDRESS ends in
# .2; ours beside it ends in .1.
far_make() {
	far_near=${2%.*}.1
	ip netns add "$1" &&
	    ip link add "near-$1" type veth peer name far netns "$1" &&
	    ip addr add "$far_near/24" dev "near-$1" &&
	    ip link set "near-$1" up &&
	    ip -n "$1" addr add "$2/24" dev far &&
	    ip -n "$1" link set lo up &&
	    ip -n "$1" link set far up &&
	    mkdir -p /run/far &&
	    echo "$far_near" >"/run/far/$1"
}

# far NAME COMMAND...: run it on that host, which has our files.
far() {
	far_name=$1
	shift
	ip netns exec "$far_name" "$@"
}

# far_silent NAME: all its packets are lost from now on, also those of
# connections that exist; no error tells so.
far_silent() {
	ip -n "$1" route add blackhole "$(cat "/run/far/$1")"
}

# far_heard NAME: they arrive again.
far_heard() {
	ip -n "$1" route del blackhole "$(cat "/run/far/$1")"
}
