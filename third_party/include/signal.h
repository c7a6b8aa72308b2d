/* SPDX-License-Identifier: BSD-2-Clause */
/* For a declaration in a header of xz; there are no signals. */
#pragma once

typedef int sigset_t;
int sigprocmask(int how, const sigset_t *restrict set, sigset_t *restrict previous);
