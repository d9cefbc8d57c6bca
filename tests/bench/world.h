/*
 * world -- a mount namespace of the benchmark's own, with other files in the
 * place of the host's.
 *
 * The folders that name services look into are compiled into them.  So the
 * program calls itself again, in a namespace where nobody else sees what is
 * mounted over them.
 */

#ifndef IDM_TESTS_WORLD_H
#define IDM_TESTS_WORLD_H

#include <stddef.h>

/*
 * Call ourselves again inside, where argv[1] is "inside", with our modules in
 * the loader's path.  Returns when that cannot be: it needs root.  A reason was
 * printed then, behind the title.
 */
void world_enter(char **argv, const char *title, const char *module_path);

/* Put what is at from in the place of to. */
void world_replace(const char *from, const char *to);

/* An empty folder in the place of one of the host's, or where none is. */
void world_folder(const char *path);

/* An empty file of ours in the place of a file of the host. */
void world_file(const char *name);

/* Ask this service, and no other, for users and groups from now on. */
void world_service(const char *name);

#endif
