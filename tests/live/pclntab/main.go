// SPDX-License-Identifier: BSD-2-Clause

// A Go program that says of N places of its own code what Go's runtime says of them:
//
//	address TAB function TAB file TAB line TAB first line [TAB the next outer function …]
//
// Addresses are those of the file. Places are drawn from the text by a fixed rule, and
// those of which the runtime knows nothing are left out. What it imports is there to
// be large.
package main

import (
	"bufio"
	"debug/elf"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"runtime"
	"strconv"
	"strings"
	"text/template"
	_ "unsafe"
)

//go:linkname expand runtime/pprof.runtime_expandFinalInlineFrame
func expand(stack []uintptr) []uintptr

// Go before 1.21 does not tell.
var startLine = func(f *runtime.Frame) int { return 0 }

// How far the program was moved from where its file says, and where its code is.
func place() (bias, start, end uint64) {
	f, err := elf.Open("/proc/self/exe")
	if err != nil {
		log.Fatal(err)
	}
	defer f.Close()
	maps, err := os.Open("/proc/self/maps")
	if err != nil {
		log.Fatal(err)
	}
	defer maps.Close()
	self, _ := os.Readlink("/proc/self/exe")
	scanner := bufio.NewScanner(maps)
	for scanner.Scan() && !strings.HasSuffix(scanner.Text(), self) {
	}
	first, _ := strconv.ParseUint(strings.SplitN(scanner.Text(), "-", 2)[0], 16, 64)
	lowest := true
	for _, p := range f.Progs {
		if p.Type != elf.PT_LOAD {
			continue
		}
		if lowest {
			bias = first - p.Vaddr&^0xfff
			lowest = false
		}
		if p.Flags&elf.PF_X != 0 {
			start, end = p.Vaddr, p.Vaddr+p.Filesz
		}
	}
	return
}

func describe(out *bufio.Writer, address uint64, pc uintptr) {
	frames := runtime.CallersFrames(expand([]uintptr{pc + 1}))
	first := true
	for {
		f, more := frames.Next()
		if f.Function == "" {
			break
		}
		if first {
			fmt.Fprintf(out, "%x", address)
		}
		first = false
		fmt.Fprintf(out, "\t%s\t%s\t%d\t%d", f.Function, f.File, f.Line, startLine(&f))
		if !more {
			break
		}
	}
	if !first {
		out.WriteByte('\n')
	}
}

func main() {
	n, _ := strconv.Atoi(os.Args[1])
	bias, start, end := place()
	out := bufio.NewWriter(os.Stdout)
	x := uint64(1)
	for i := 0; i < n; i++ {
		x = x*6364136223846793005 + 1442695040888963407
		address := start + (x>>20)%(end-start)
		pc := uintptr(address + bias)
		// The runtime is asked by return address, which must be of the same function.
		if before, behind := runtime.FuncForPC(pc), runtime.FuncForPC(pc+1); before != nil &&
			behind != nil && before.Entry() == behind.Entry() {
			describe(out, address, pc)
		}
	}
	out.Flush()
	if len(os.Args) > 2 {
		log.Print(json.Marshal(template.New("")))
	}
}
