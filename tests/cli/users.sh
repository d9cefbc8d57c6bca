# users.sh -- the accounts that the tests of the tools map to.

for user in foo:1500 bob:1501 johnd:1502 guest:1503 ilya:1504; do
	name=${user%:*}
	echo "$name:x:${user#*:}:1500:$name:/home/$name:/bin/sh" >>/etc/passwd
	echo "$name:*:19000:0:99999:7:::" >>/etc/shadow
done

# as USER COMMAND...: run a command as a user.
as() {
	as_user=$1
	shift
	setpriv --reuid "$as_user" --regid 1500 --clear-groups "$@"
}

# json PATH... -- COMMAND...: what a command's JSON has at a path.
json() {
	json_path=
	while [ "$1" != -- ]; do
		json_path="$json_path $1"
		shift
	done
	shift
	"$@" | "$top_builddir/tests/cli/json_get" $json_path
}
