// SPDX-License-Identifier: BSD-2-Clause

// What makes a program of Go and C of it, where that is asked for.

package main

import "C"
