/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * For proofs of a function in whose file those are that it calls, too. With, before the file,
 *
 *     #define find(list, name) CALLEE(find, name)(list, name)
 *
 * its calls of find() are calls of the proof's stub_find(), and its definition, where the word of
 * CALLEE() is a parameter, which begins with a type, is that of real_find().
 */
#pragma once

#define TYPED_bool     , real_,
#define TYPED_char     , real_,
#define TYPED_const    , real_,
#define TYPED_size_t   , real_,
#define TYPED_struct   , real_,
#define TYPED_uint8_t  , real_,
#define TYPED_uint32_t , real_,
#define TYPED_uint64_t , real_,
#define TYPED_unsigned , real_,

#define STUB_SECOND_(first, second, ...) second
#define STUB_SECOND(...)                 STUB_SECOND_(__VA_ARGS__)
#define STUB_JOIN_(first, second)        first##second
#define STUB_JOIN(first, second)         STUB_JOIN_(first, second)

#define CALLEE(name, word) STUB_JOIN(STUB_SECOND(TYPED_##word, stub_, ), name)
