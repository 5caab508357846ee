// SPDX-License-Identifier: BSD-2-Clause

// go_offsets prints symbols/go_offsets.inc of the programs that are named, one for
// each Go: where the fields stand that the first file asks for, by the programs'
// DWARF, and what the runtime calls its numbers. scripts/go-offsets makes the programs.
package main

import (
	"debug/dwarf"
	"debug/elf"
	"encoding/binary"
	"fmt"
	"os"
	"regexp"
	"strings"
)

// A field of struct go_offsets, as symbols/go_fields.inc has it.
type field struct{ name, of, path string }

var line = regexp.MustCompile(`^F\((\w+), "([^"]*)", "([^"]*)"\)$`)

func readFields(path string) (fields []field) {
	text, err := os.ReadFile(path)
	check(err)
	for _, s := range strings.Split(string(text), "\n") {
		if m := line.FindStringSubmatch(s); m != nil {
			fields = append(fields, field{m[1], m[2], m[3]})
		}
	}
	return fields
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

// find gives where a field is, if this version has it.
func (p *program) find(f field) (int64, bool) {
	t := p.structs[f.of]
	if t == nil {
		return 0, false
	}
	if f.path == "" {
		return t.ByteSize, true
	}
	for _, path := range strings.Split(f.path, "|") {
		if at, ok := offset(t, strings.Split(path, ".")); ok {
			return at, true
		}
	}
	return 0, false
}

func (p *program) print(fields []field) {
	var minor int
	version := p.text(p.symbols["runtime.buildVersion"].Value)
	_, err := fmt.Sscanf(version, "go1.%d", &minor)
	check(err)
	if p.structs["runtime.g"] == nil {
		check(fmt.Errorf("%s: no runtime.g", version))
	}
	fmt.Printf("\t{\n\t\t/* %s */\n\t\t.version = %d,\n", version, 100+minor)
	for _, f := range fields {
		if at, ok := p.find(f); ok {
			fmt.Printf("\t\t.%s = %d,\n", f.name, at)
		} else {
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
	fields := readFields(os.Args[1])
	for _, path := range os.Args[2:] {
		open(path).print(fields)
	}
}
