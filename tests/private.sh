# private.sh -- a throw-away copy of this system, to install and break things
# in.  Shared by tests/lib.sh and ./quickstart.

# private_refused: print why no such copy can be had here; fails when it can.
private_refused() {
	if [ "$(id -u)" -ne 0 ]; then
		echo 'needs root for a private namespace'
	elif ! unshare --mount --pid --fork --net --ipc --uts \
	    --propagation private /bin/sh -c '
		mount -t tmpfs tmpfs /run && cd /run && mkdir upper work root &&
		mount -t overlay overlay /run/root -o \
		    lowerdir=/,upperdir=upper,workdir=work
	    ' 2>/dev/null; then
		echo 'mount namespaces not allowed'
	else
		return 1
	fi
}

# enter_private SCRIPT FOLDER...: go on with SCRIPT in new mount, pid, network,
# ipc and host name namespaces, whose root is an overlay over this system held
# in memory: whatever is installed, written or started there vanishes with the
# last process.  IDM_PRIVATE_ROOT=yes tells SCRIPT that it is inside.  /tmp and
# /run are empty there; FOLDERs are in sight wherever they are.
enter_private() {
	export IDM_PRIVATE_ROOT=yes
	exec unshare --mount --pid --fork --kill-child --net --ipc --uts \
	    --propagation private /bin/sh -eu -c '
		script=$1
		shift
		# Nobody below needs what the real /run holds.
		mount -t tmpfs -o mode=0755 tmpfs /run
		root=/run/root
		mkdir "$root"
		layers=0
		overlay() {
			layers=$((layers + 1))
			mkdir -p "/run/upper$layers" "/run/work$layers" "$root$1"
			mount -t overlay overlay "$root$1" -o \
			    "lowerdir=$1,upperdir=/run/upper$layers,workdir=/run/work$layers"
		}
		overlay /
		for dir in dev sys; do
			mount --rbind "/$dir" "$root/$dir"
		done
		mount -t proc proc "$root/proc"
		mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
		mount -t tmpfs -o mode=0755 tmpfs "$root/run"
		# An overlay shows one file system: those mounted in it are empty.
		for dir in /usr /var "$@"; do
			[ -n "$(ls -A "$root$dir" 2>/dev/null)" ] || overlay "$dir"
		done
		exec chroot "$root" /bin/sh "$script"
	    ' private "$@"
}
