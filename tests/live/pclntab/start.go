// SPDX-License-Identifier: BSD-2-Clause
//go:build go1.21
// +build go1.21

package main

import (
	"runtime"
	_ "unsafe"
)

//go:linkname frameStartLine runtime/pprof.runtime_FrameStartLine
func frameStartLine(f *runtime.Frame) int

func init() { startLine = frameStartLine }
