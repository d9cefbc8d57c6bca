#!/bin/sh
# headers -- each header can be included first, and alone.

. "$top_srcdir/tests/house/house.sh"

# compiles_alone COMPILER HEADER [FLAG...]
compiles_alone() {
	compiler=$1
	header=$2
	shift 2
	printf '#include "%s"\nextern int not_empty;\n' "$header" |
	    "$compiler" -std=c11 -pedantic-errors -Wall -Wextra -Werror \
	    -fsyntax-only "$@" -x c -
}

for compiler in gcc clang; do
	command -v "$compiler" >/dev/null || continue
	for header in $(sources | grep '\.h$'); do
		ok "$header compiles alone with $compiler" \
		    compiles_alone "$compiler" "$top_srcdir/$header" \
		    -D_GNU_SOURCE -I"$top_srcdir/core" -I"$top_srcdir"
	done
	# What is installed must do without our flags.
	for header in $(show installed-headers); do
		ok "$header compiles as an application has it, with $compiler" \
		    compiles_alone "$compiler" "$top_srcdir/$header"
	done
done
finish
