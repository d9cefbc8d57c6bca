SYSTEM_TESTS += %D%/library.sh
EXTRA_DIST += %D%/library.sh
