// SPDX-License-Identifier: BSD-2-Clause

package main

// int two(void) { return 2; }
import "C"

func init() { two = int(C.two()) }

var two int
