core_libidm_base_la_SOURCES += \
	%D%/allocated.c %D%/allocated.h \
	%D%/cached.c %D%/cached.h \
	%D%/directory.c %D%/directory.h \
	%D%/domain.c %D%/domain.h \
	%D%/equal.c %D%/equal.h \
	%D%/format.c %D%/format.h \
	%D%/host.c %D%/host.h \
	%D%/layout.h \
	%D%/maps.c %D%/maps.h \
	%D%/namemap.c %D%/namemap.h \
	%D%/namerules.c %D%/namerules.h \
	%D%/own.c %D%/own.h \
	%D%/record.c %D%/record.h \
	%D%/rulekey.c %D%/rulekey.h \
	%D%/rulerecord.c %D%/rulerecord.h \
	%D%/search.c %D%/search.h \
	%D%/shape.c %D%/shape.h \
	%D%/siphash.c %D%/siphash.h \
	%D%/snapshot.c %D%/snapshot.h \
	%D%/verdict.c %D%/verdict.h \
	%D%/view.c %D%/view.h \
	%D%/windows.c %D%/windows.h

core_libidm_full_la_SOURCES += \
	%D%/changes.c %D%/changes.h \
	%D%/edit.c %D%/edit.h %D%/edit_entry.c %D%/edit_replace.c \
	%D%/entries.c %D%/entries.h \
	%D%/host_edit.c %D%/host_edit.h \
	%D%/image.c %D%/image.h \
	%D%/mark.c %D%/mark.h \
	%D%/namerules_edit.c %D%/namerules_edit.h %D%/namerules_list.c \
	%D%/operation.c %D%/operation.h \
	%D%/own_edit.c %D%/own_edit.h \
	%D%/publish.c %D%/publish.h \
	%D%/readback.c %D%/readback.h \
	%D%/rewrite.c %D%/rewrite.h \
	%D%/rulecanon.c %D%/rulecanon.h \
	%D%/ruleedit.c %D%/ruleedit.h \
	%D%/stamp.c %D%/stamp.h \
	%D%/structure.c %D%/structure.h \
	%D%/verify.c %D%/verify.h \
	%D%/verify_host.c %D%/verify_host.h \
	%D%/verify_own.c %D%/verify_own.h \
	%D%/verify_rules.c %D%/verify_rules.h \
	%D%/verify_state.c %D%/verify_state.h
