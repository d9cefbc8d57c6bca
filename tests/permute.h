/*
 * permute -- every order of a few things, for what must not depend on it.
 */

#ifndef IDM_TESTS_PERMUTE_H
#define IDM_TESTS_PERMUTE_H

#include <stddef.h>

/* In how many orders n things can be. */
static inline size_t
orders_of(size_t n)
{
	return n < 2 ? 1 : n * orders_of(n - 1);
}

/* The k-th of them: order[i] is which thing stands at i. */
static inline void
kth_order(size_t k, size_t *order, size_t n)
{
	for (size_t i = 0; i < n; i++)
		order[i] = i;
	for (size_t i = n; i > 1; k /= i, i--) {
		size_t last = order[i - 1];

		order[i - 1] = order[k % i];
		order[k % i] = last;
	}
}

#endif
