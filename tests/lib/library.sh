#!/bin/sh
# namemap(3) and attrmap(3): the example of the manual, built as it says.
set -u
. "$top_srcdir/tests/lib.sh"
private_root "$0"

useradd -u 1500 foo
cd /tmp || exit 99

# The example is what stands in the manual, not a copy of it.
sed -n '/^#include <idmap.h>/,/^\.Ed/p' "$top_srcdir/man/namemap.3" |
    sed -e '/^\.Ed/d' -e 's/\\e/\\/g' >example.c
ok 'the example of the manual compiles' sh -c \
    'cc $SANITIZED example.c $(pkg-config --cflags --libs idmap)'
cat >classic.c <<'END'
#include <idmap.h>
#include <stdio.h>
#include <string.h>

int
main(int argc, char **argv)
{
	char out[IDMAP_NAME_SIZE] = "as it was";
	int got = 2;

	if (argc == 4 && strcmp(argv[1], "name") == 0)
		got = namemap(argv[2], argv[3], out);
	else if (argc == 4 && strcmp(argv[1], "attr") == 0)
		got = attrmap(argv[2], argv[3], out);
	else if (argc > 3 && strcmp(argv[1], "fields") == 0)
		got = (int)idmap_namemap_fields(argv[2],
		    (const char *const *)&argv[3], (size_t)(argc - 3), out,
		    sizeof(out), NULL);
	else if (argc == 4 && strcmp(argv[1], "small") == 0)
		got = (int)idmap_namemap(argv[2], argv[3], out, 3, NULL);
	printf("%d %s\n", got, out);
	return 0;
}
END
ok 'a program of the classic functions compiles' sh -c \
    'cc $SANITIZED -o classic classic.c $(pkg-config --cflags --libs idmap)'
cat >cancelled.c <<'END'
#include <idmap.h>
#include <pthread.h>
#include <stdio.h>

static void *
ask(void *answered)
{
	char out[IDMAP_NAME_SIZE];

	/* It takes effect at the next call that may wait, not before. */
	(void)pthread_cancel(pthread_self());
	*(int *)answered = namemap("s", "c!foo", out) == 0;
	pthread_testcancel();
	*(int *)answered = 0;
	return NULL;
}

int
main(void)
{
	int answered = 0;
	pthread_t thread;

	if (pthread_create(&thread, NULL, ask, &answered) != 0 ||
	    pthread_join(thread, NULL) != 0)
		return 1;
	puts(answered ? "answered, then cancelled" : "cancelled inside");
	return 0;
}
END
ok 'a program of threads compiles' sh -c \
    'cc $SANITIZED -pthread -o cancelled cancelled.c \
    $(pkg-config --cflags --libs idmap)'
refused 'without a map the reason is told' 'map unavailable' \
    ./a.out s 'c!foo'

idadmin -S s -I 'M2!M1'
idadmin -S s -a -r 'c!foo' -l foo
idadmin -S s -a -r 'bad!*' -l %i
idadmin -S s -a -r '*!*' -l %1
idadmin -S s -a -r 'c!boss' -l root
attradmin -A uid -I 'M1@M2'
attradmin -A uid -a -r '104@venus' -l 104
attradmin -A uid -a -r '*@mars' -l %1

is 'a cancelled thread ends behind the call' "$(./cancelled)" \
    'answered, then cancelled'
is 'an entry' "$(./a.out s 'c!foo')" 'foo by entry c!foo'
is 'a transparent entry' "$(./a.out s 'x!foo')" 'foo by entry *!*'
refused 'a refusal names its entry' 'bad!*' ./a.out s 'bad!foo'
refused 'an account that is not there' 'nobody-here' \
    ./a.out s 'x!nobody-here'
refused 'a system account by a wildcard' 'root' ./a.out s 'x!root'
is 'a system account by a literal entry' "$(./a.out s 'c!boss')" \
    'root by entry c!boss'
refused 'a scheme that is not there' 'none' ./a.out none 'c!foo'
is 'namemap' "$(./classic name s 'c!foo')" '0 foo'
is 'namemap fails with -1 and keeps the buffer' \
    "$(./classic name s 'bad!foo')" '-1 as it was'
is 'attrmap of a literal' "$(./classic attr uid 104@venus)" '0 104'
is 'attrmap of a pattern' "$(./classic attr uid 101@mars)" '0 101'
is 'attrmap of nothing' "$(./classic attr uid 105@venus)" '-1 as it was'
is 'fields' "$(./classic fields s c foo)" '0 foo'
is 'a separator in a field does not shift the split' \
    "$(./classic fields s 'x!c' foo)" '0 foo'
is 'and matches no literal entry of another split' \
    "$(./classic fields s 'bad!c' foo)" '0 foo'
is 'too few fields' "$(./classic fields s foo)" '3 as it was'
is 'a buffer that is too small' "$(./classic small s 'c!foo')" '4 as it was'
finish
