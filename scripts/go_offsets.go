// SPDX-License-Identifier: BSD-2-Clause

// go_offsets prints symbols/go_offsets.inc of the programs that are named, one for
// each Go: where the fields stand that are asked for below, by the programs' DWARF,
// and what the runtime calls its numbers. scripts/go-offsets makes the programs.
package main

import (
	"debug/dwarf"
	"debug/elf"
	"encoding/binary"
	"fmt"
	"os"
	"strings"
)

// A field of struct go_offsets: what it is of the runtime; "" behind a name is the
// struct's size. Names with | between them: the first that there is.
var fields = []struct{ name, of, path string }{
	{"g_size", "runtime.g", ""},
	{"g_m", "runtime.g", "m"},
	{"g_sp", "runtime.g", "sched.sp"},
	{"g_pc", "runtime.g", "sched.pc"},
	{"g_bp", "runtime.g", "sched.bp"},
	{"g_syscallsp", "runtime.g", "syscallsp"},
	{"g_syscallpc", "runtime.g", "syscallpc"},
	{"g_syscallbp", "runtime.g", "syscallbp"},
	{"g_status", "runtime.g", "atomicstatus"},
	{"g_goid", "runtime.g", "goid"},
	{"g_waitsince", "runtime.g", "waitsince"},
	{"g_waitreason", "runtime.g", "waitreason"},
	{"g_parent", "runtime.g", "parentGoid"},
	{"g_gopc", "runtime.g", "gopc"},
	{"g_startpc", "runtime.g", "startpc"},
	{"g_waiting", "runtime.g", "waiting"},
	{"m_procid", "runtime.m", "procid"},
	{"sudog_c", "runtime.sudog", "c"},
	{"sudog_waitlink", "runtime.sudog", "waitlink"},
	{"hchan_count", "runtime.hchan", "qcount"},
	{"hchan_room", "runtime.hchan", "dataqsiz"},
	{"hchan_elemsize", "runtime.hchan", "elemsize"},
	{"hchan_closed", "runtime.hchan", "closed"},
	{"bucket_size", "runtime.bucket", ""},
	{"bucket_next", "runtime.bucket", "allnext"},
	{"bucket_object", "runtime.bucket", "size"},
	{"bucket_depth", "runtime.bucket", "nstk"},
	{"record_allocs", "runtime.memRecordCycle", "allocs"},
	{"record_frees", "runtime.memRecordCycle", "frees"},
	{"record_alloc_bytes", "runtime.memRecordCycle", "alloc_bytes"},
	{"record_free_bytes", "runtime.memRecordCycle", "free_bytes"},
	{"gc_live", "runtime.gcControllerState", "heapLive"},
	{"gc_marked", "runtime.gcControllerState", "heapMarked"},
	{"gc_goal", "runtime.gcControllerState", "gcPercentHeapGoal"},
	{"stats_cycles", "runtime.mstats", "numgc"},
	{"stats_pause", "runtime.mstats", "pause_total_ns"},
	{"sched_threads", "runtime.schedt", "mnext"},
	{"sched_idle_threads", "runtime.schedt", "nmidle"},
	{"sched_idle_processors", "runtime.schedt", "npidle"},
	{"sched_queue", "runtime.schedt", "runqsize|runq.size"},
}

type program struct {
	file    *elf.File
	symbols map[string]elf.Symbol
	structs map[string]*dwarf.StructType
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "go_offsets:", err)
		os.Exit(1)
	}
}

func open(path string) *program {
	p := &program{symbols: map[string]elf.Symbol{}, structs: map[string]*dwarf.StructType{}}
	file, err := elf.Open(path)
	check(err)
	p.file = file
	symbols, err := file.Symbols()
	check(err)
	for _, s := range symbols {
		p.symbols[s.Name] = s
	}
	data, err := file.DWARF()
	check(err)
	for r := data.Reader(); ; {
		entry, err := r.Next()
		check(err)
		if entry == nil {
			return p
		}
		name, _ := entry.Val(dwarf.AttrName).(string)
		if entry.Tag != dwarf.TagStructType || !strings.HasPrefix(name, "runtime.") {
			continue
		}
		t, err := data.Type(entry.Offset)
		check(err)
		p.structs[name] = t.(*dwarf.StructType)
	}
}

func offset(t dwarf.Type, path []string) (int64, bool) {
	for {
		named, ok := t.(*dwarf.TypedefType)
		if !ok {
			break
		}
		t = named.Type
	}
	if len(path) == 0 {
		return 0, true
	}
	s, ok := t.(*dwarf.StructType)
	if !ok {
		return 0, false
	}
	for _, f := range s.Field {
		if f.Name == path[0] {
			rest, ok := offset(f.Type, path[1:])
			return f.ByteOffset + rest, ok
		}
	}
	return 0, false
}

func (p *program) bytes(address, size uint64) []byte {
	for _, s := range p.file.Progs {
		if s.Type == elf.PT_LOAD && address >= s.Vaddr && address+size <= s.Vaddr+s.Filesz {
			b := make([]byte, size)
			_, err := s.ReadAt(b, int64(address-s.Vaddr))
			check(err)
			return b
		}
	}
	check(fmt.Errorf("%#x is not in the file", address))
	return nil
}

func (p *program) text(address uint64) string {
	b := p.bytes(address, 16)
	at, size := binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint64(b[8:])
	if size == 0 {
		return ""
	}
	return string(p.bytes(at, size))
}

func (p *program) printTexts(name, symbol string) {
	s, ok := p.symbols[symbol]
	if !ok {
		check(fmt.Errorf("no %s", symbol))
	}
	fmt.Printf("\t\t.n_%s = %d,\n\t\t.%s = (const char *const[]){\n", name, s.Size/16, name)
	for at := uint64(0); at < s.Size; at += 16 {
		fmt.Printf("\t\t\t%q,\n", p.text(s.Value+at))
	}
	fmt.Printf("\t\t},\n")
}

func (p *program) print() {
	var minor int
	version := p.text(p.symbols["runtime.buildVersion"].Value)
	_, err := fmt.Sscanf(version, "go1.%d", &minor)
	check(err)
	fmt.Printf("\t{\n\t\t/* %s */\n\t\t.version = %d,\n", version, 100+minor)
	for _, f := range fields {
		t, found := p.structs[f.of], false
		if t == nil {
			check(fmt.Errorf("%s: no %s", version, f.of))
		}
		if f.path == "" {
			fmt.Printf("\t\t.%s = %d,\n", f.name, t.ByteSize)
			continue
		}
		for _, path := range strings.Split(f.path, "|") {
			if at, ok := offset(t, strings.Split(path, ".")); ok && !found {
				fmt.Printf("\t\t.%s = %d,\n", f.name, at)
				found = true
			}
		}
		if !found {
			fmt.Printf("\t\t.%s = GO_NONE,\n", f.name)
		}
	}
	p.printTexts("wait_reasons", "runtime.waitReasonStrings")
	p.printTexts("statuses", "runtime.gStatusStrings")
	fmt.Printf("\t},\n")
}

func main() {
	fmt.Println("/* SPDX-License-Identifier: BSD-2-Clause */")
	fmt.Println("/* Made by scripts/go-offsets from the releases that are named. x86-64. */")
	for _, path := range os.Args[1:] {
		open(path).print()
	}
}
