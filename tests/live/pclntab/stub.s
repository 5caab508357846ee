// SPDX-License-Identifier: BSD-2-Clause
// Lets the compiler take functions without a body: linkname gives them one.
