/*
 * attr -- compiler attributes under names that say what they promise.
 */

#ifndef IDM_BASE_ATTR_H
#define IDM_BASE_ATTR_H

/* The caller must look at the result. */
#define IDM_MUSTCHECK __attribute__((warn_unused_result))

/* Argument fmt is a printf format for the arguments from first on. */
#define IDM_PRINTF(fmt, first) __attribute__((format(printf, fmt, first)))

/* Visible outside the shared object: glibc, libpam or a program calls it. */
#define IDM_EXPORT __attribute__((visibility("default")))

/* Elements of an array (not of a pointer). */
#define IDM_COUNTOF(array) (sizeof(array) / sizeof((array)[0]))

#endif
