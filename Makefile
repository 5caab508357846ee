# SPDX-License-Identifier: BSD-2-Clause
#
# make            build/record, build/analyze and libtape
# make test       all tests, with the packages already there (scripts/test installs them first)
# make help       the other targets
#
# Sources are found by folder: a new file is built without a line here.
# Another compiler or a sanitizer in the same BUILD rebuilds what it must; keep
# them side by side with BUILD=build-clang and the like.

BUILD   ?= build
ifeq ($(origin CC),default)
CC := gcc
endif
CLANG   ?= clang
BPFTOOL ?= $(firstword $(wildcard /usr/sbin/bpftool /usr/local/sbin/bpftool) bpftool)
PROTOC_C ?= protoc-c
VERSION := 0.1.0
SOMAJOR := 1
PREFIX  ?= /usr/local
LIBDIR  ?= $(PREFIX)/lib
ARCH    ?= $(shell uname -m)
comma   := ,
DESTDIR ?=

# make V=1 shows the commands themselves.
show = $(if $(V),,@printf '%-7s %s\n' $(1) $(2) && )

# How long `make fuzz` stays at each target.
FUZZ_SECONDS ?= 20

WARN    := -Wall -Wextra -Wshadow -Wmissing-prototypes -Wstrict-prototypes -Wpointer-arith -Werror
# What gcc guesses from its data flow it guesses wrong in code with a sanitizer's checks.
ifneq ($(SANITIZE),)
WARN    += $(if $(findstring clang,$(CC)),,-Wno-format-truncation -Wno-maybe-uninitialized \
	-Wno-restrict -Wno-array-bounds -Wno-stringop-overflow)
endif
OPT     ?= -O2 -g
# gcc zeroes small structs by an instruction that takes dozens of cycles to start.
TUNE    := $(if $(findstring clang,$(CC)),,$(if $(filter x86_64,$(ARCH)),\
	-mmemset-strategy=unrolled_loop:256:noalign$(comma)libcall:-1:noalign))
CFLAGS  ?=
override CFLAGS += -std=gnu11 $(OPT) $(TUNE) $(WARN) -D_GNU_SOURCE -DPERFTAPE_VERSION='"$(VERSION)"' \
	-fno-omit-frame-pointer -MMD -MP $(SANITIZE)
override CPPFLAGS += -Iformat -I. -I$(BUILD)/gen
override LDFLAGS += $(SANITIZE)

sources  = $(sort $(wildcard $(addsuffix /*.c,$(1))))
objects  = $(patsubst %.c,$(BUILD)/obj/%.o,$(1))

FORMAT_SRC  := $(call sources,format)
SYMBOLS_SRC := $(call sources,symbols)
RECORD_SRC  := $(call sources,record record/probes)
ANALYZE_DIRS := analyze analyze/base analyze/replay analyze/unwind analyze/result analyze/symbolize \
	analyze/analyses analyze/outputs analyze/commands
ANALYZE_SRC := $(call sources,$(ANALYZE_DIRS))
BPF_SRC     := $(sort $(wildcard bpf/*.bpf.c))

FORMAT_OBJ  := $(call objects,$(FORMAT_SRC))
SYMBOLS_OBJ := $(call objects,$(SYMBOLS_SRC))
RECORD_OBJ  := $(call objects,$(RECORD_SRC))
PROTO_OBJ   := $(patsubst analyze/outputs/%.proto,$(BUILD)/obj/gen/%.pb-c.o, \
	$(sort $(wildcard analyze/outputs/*.proto)))
ANALYZE_OBJ := $(call objects,$(ANALYZE_SRC)) $(PROTO_OBJ)
SKELS       := $(patsubst bpf/%.bpf.c,$(BUILD)/gen/%.skel.h,$(BPF_SRC))

FORMAT_LIBS  := -llz4 -lxxhash
SYMBOLS_LIBS := -lelf -llzma -lz -lzstd
ANALYZE_LIBS := $(FORMAT_LIBS) $(SYMBOLS_LIBS) -lseccomp -lprotobuf-c -ljansson -liberty -lz -lm
RECORD_LIBS  := $(FORMAT_LIBS) $(SYMBOLS_LIBS) -lbpf -lelf -lz

.PHONY: all
all: $(BUILD)/record $(BUILD)/analyze lib
.DELETE_ON_ERROR:
.SECONDARY:

# --- what a build was made with and of: each file changes only when its text does ---

.PHONY: force
define stamp
$(BUILD)/stamps/$(1): force
	@mkdir -p $$(@D)
	@printf '%s\n' '$$(subst ','\'',$(2))' | cmp -s - $$@ || \
		printf '%s\n' '$$(subst ','\'',$(2))' > $$@
endef

BPF_ARCH  := $(if $(filter aarch64,$(ARCH)),arm64,x86)
BPF_FLAGS := -target bpf -mcpu=v3 -D__TARGET_ARCH_$(BPF_ARCH) -Iformat -Ibpf -Wall -Wextra -Werror \
	-Wno-unused-parameter -g -O2

FLAGS := $(BUILD)/stamps/flags
LIST  := $(BUILD)/stamps/sources
$(eval $(call stamp,flags,$$(CC) $$(CPPFLAGS) $$(CFLAGS) $$(LDFLAGS)))
$(eval $(call stamp,sources,$$(FORMAT_SRC) $$(SYMBOLS_SRC) $$(RECORD_SRC) $$(ANALYZE_SRC)))
$(eval $(call stamp,bpf,$$(CLANG) $$(BPF_FLAGS)))

# --- programs and libraries ---

LINK = $(call show,LINK,$@)$(CC) $(LDFLAGS) -o $@ $(filter %.o %.a,$^)

## record: the recorder alone
.PHONY: record
record: $(BUILD)/record

## analyze: the analyzer alone; needs neither libbpf nor clang nor bpftool
.PHONY: analyze
analyze: $(BUILD)/analyze

$(BUILD)/record: $(RECORD_OBJ) $(SYMBOLS_OBJ) $(BUILD)/libtape.a $(LIST)
	$(LINK) $(RECORD_LIBS)

$(BUILD)/analyze: $(ANALYZE_OBJ) $(SYMBOLS_OBJ) $(BUILD)/libtape.a $(LIST)
	$(LINK) $(ANALYZE_LIBS)

## static: build/record-static, one file to copy onto a server
.PHONY: static
static: $(BUILD)/record-static

$(BUILD)/record-static: $(RECORD_OBJ) $(SYMBOLS_OBJ) $(BUILD)/libtape.a $(LIST)
	$(LINK) -static $(RECORD_LIBS)

## lib: libtape.a and libtape.so
.PHONY: lib
lib: $(BUILD)/libtape.a $(BUILD)/libtape.so

$(BUILD)/libtape.a: $(FORMAT_OBJ) $(LIST)
	$(call show,AR,$@)rm -f $@ && $(AR) rcs $@ $(filter %.o,$^)

# Only what the public headers declare leaves the shared library.
$(BUILD)/gen/libtape.map: Makefile
	@mkdir -p $(@D)
	@echo '{ global: tape_*; ev_*; local: *; };' > $@

$(BUILD)/libtape.so: $(patsubst %.c,$(BUILD)/pic/%.o,$(FORMAT_SRC)) $(BUILD)/gen/libtape.map $(LIST)
	$(LINK) -shared -Wl,-soname,libtape.so.$(SOMAJOR) \
		-Wl,--version-script=$(BUILD)/gen/libtape.map $(FORMAT_LIBS)

$(BUILD)/obj/%.o: %.c $(FLAGS)
	@mkdir -p $(@D)
	$(call show,CC,$<)$(CC) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

$(BUILD)/pic/%.o: %.c $(FLAGS)
	@mkdir -p $(@D)
	$(call show,CC,$<)$(CC) $(CPPFLAGS) $(CFLAGS) -fPIC -c -o $@ $<

# --- generated: BPF skeletons, record layouts, the protobuf encoders ---

$(BUILD)/gen/%.bpf.o: bpf/%.bpf.c $(BUILD)/stamps/bpf \
		$(wildcard bpf/*.h format/tape/*.h format/tape/events/*.h)
	@mkdir -p $(@D)
	$(call show,BPF,$<)$(CLANG) $(BPF_FLAGS) -c -o $@ $<

$(BUILD)/gen/%.skel.h: $(BUILD)/gen/%.bpf.o
	$(call show,GEN,$@)$(BPFTOOL) gen skeleton $< name $*_bpf > $@

$(RECORD_OBJ): | $(SKELS)

$(BUILD)/gen/%.pb-c.c: analyze/outputs/%.proto
	@mkdir -p $(@D)
	$(call show,GEN,$@)$(PROTOC_C) --c_out=$(@D) --proto_path=$(<D) $<

$(call objects,$(call sources,analyze/outputs tests/analyze/outputs)): | \
	$(patsubst $(BUILD)/obj/gen/%.o,$(BUILD)/gen/%.c,$(PROTO_OBJ))

$(PROTO_OBJ): $(BUILD)/obj/gen/%.o: $(BUILD)/gen/%.c $(FLAGS)
	@mkdir -p $(@D)
	$(call show,CC,$<)$(CC) $(CPPFLAGS) $(CFLAGS) -w -c -o $@ $<

# --- programs whose truth is known: never with a sanitizer, and their frames stay as written ---

SAMPLES := $(patsubst samples/programs/%.c,$(BUILD)/samples/%,$(call sources,samples/programs))
SAMPLE_FLAGS := -std=gnu11 -O1 -g $(WARN) -D_GNU_SOURCE -fno-omit-frame-pointer -fno-inline \
	-fno-optimize-sibling-calls -pthread

# As compilers make code unless told otherwise.
$(BUILD)/samples/nofp: SAMPLE_FLAGS := -std=gnu11 -O2 -g $(WARN) -D_GNU_SOURCE \
	-fomit-frame-pointer -fno-optimize-sibling-calls -pthread

## samples: the programs of samples/programs
.PHONY: samples
samples: $(SAMPLES)

$(BUILD)/samples/%: samples/programs/%.c $(wildcard samples/programs/*.h) $(FLAGS)
	@mkdir -p $(@D)
	$(call show,CC,$<)$(CC) $(SAMPLE_FLAGS) -o $@ $<

# --- tests: one program a file, linked with everything but the two mains ---

RECORD_TEST_SRC  := $(call sources,tests/record)
ANALYZE_TEST_SRC := $(call sources,tests/format tests/symbols $(addprefix tests/,$(ANALYZE_DIRS)))
SUPPORT_SRC      := $(call sources,tests/support)
RECORD_TESTS  := $(patsubst tests/%.c,$(BUILD)/tests/%,$(RECORD_TEST_SRC))
ANALYZE_TESTS := $(patsubst tests/%.c,$(BUILD)/tests/%,$(ANALYZE_TEST_SRC))
TESTS         := $(ANALYZE_TESTS) $(RECORD_TESTS)
SUPPORT_OBJ   := $(call objects,$(SUPPORT_SRC))

RECORD_PARTS  := $(filter-out %/record/main.o,$(RECORD_OBJ)) $(SYMBOLS_OBJ) $(BUILD)/libtape.a
ANALYZE_PARTS := $(filter-out %/analyze/main.o,$(ANALYZE_OBJ)) $(SYMBOLS_OBJ) $(BUILD)/libtape.a

$(BUILD)/tests/record/%: $(BUILD)/obj/tests/record/%.o $(SUPPORT_OBJ) $(RECORD_PARTS) $(LIST)
	@mkdir -p $(@D)
	$(LINK) $(RECORD_LIBS) -lcmocka

$(call objects,$(RECORD_TEST_SRC)): | $(SKELS)

$(BUILD)/tests/%: $(BUILD)/obj/tests/%.o $(SUPPORT_OBJ) $(ANALYZE_PARTS) $(LIST)
	@mkdir -p $(@D)
	$(LINK) $(ANALYZE_LIBS) -lcmocka

## test: all tests, each counted; the last line is the sum
.PHONY: test
test:
	tests/run.sh

.PHONY: tests
tests: $(TESTS)

## unit: the cmocka tests
.PHONY: unit
unit: $(TESTS)
	@tests/run-unit.sh $^

# For other architectures, run by RUN=qemu-…: without record's tests, which need
# libbpf, and without the one that takes minutes there.
FOREIGN_TESTS := $(filter-out %/format/test_damage,$(ANALYZE_TESTS))

.PHONY: unit-foreign
unit-foreign: $(FOREIGN_TESTS)
	@RUN='$(RUN)' LABEL='$(ARCH)/' tests/run-unit.sh $^

SANITIZERS := -fsanitize=address,undefined -fno-sanitize-recover=all

## asan: the cmocka tests under ASan and UBSan, in build-asan
.PHONY: asan
asan:
	@$(MAKE) --no-print-directory BUILD=$(BUILD)-asan SANITIZE="$(SANITIZERS)" OPT="-O1 -g" unit

## golden: rewrites the expected reports of tests/golden from build/analyze
.PHONY: golden
golden: $(BUILD)/analyze
	@BUILD=$(BUILD) tests/golden/run.sh --rewrite

## live: the tests with real BPF, as root; FULL=1 for the long versions
.PHONY: live
live: $(BUILD)/record $(BUILD)/analyze samples
	@BUILD=$(BUILD) tests/live/run.sh

## check: layers, sizes, format, words and the other rules of the house
.PHONY: check
check: $(BUILD)/analyze $(BUILD)/record
	@BUILD=$(BUILD) tests/check/run.sh

FUZZ_SRC := $(sort $(wildcard tests/fuzz/fuzz_*.c))
FUZZERS  := $(patsubst tests/fuzz/%.c,$(BUILD)/fuzz/%,$(FUZZ_SRC))

## fuzz: each libFuzzer target for FUZZ_SECONDS=20, from the kept corpus, in build-fuzz
.PHONY: fuzz
fuzz:
	@$(MAKE) --no-print-directory BUILD=$(BUILD)-fuzz CC=clang OPT="-O1 -g" \
		SANITIZE="-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all" fuzzers

.PHONY: fuzzers
fuzzers: $(FUZZERS)
	@BUILD=$(BUILD) FUZZ_SECONDS=$(FUZZ_SECONDS) tests/run-fuzz.sh $^

$(BUILD)/fuzz/%: $(BUILD)/obj/tests/fuzz/%.o $(SUPPORT_OBJ) $(ANALYZE_PARTS) $(LIST)
	@mkdir -p $(@D)
	$(LINK) -fsanitize=fuzzer $(ANALYZE_LIBS) -lcmocka

# What only the recorder has.
$(BUILD)/fuzz/fuzz_go_snapshot: $(BUILD)/obj/tests/fuzz/fuzz_go_snapshot.o $(SUPPORT_OBJ) \
		$(RECORD_PARTS) $(LIST)
	@mkdir -p $(@D)
	$(LINK) -fsanitize=fuzzer $(RECORD_LIBS) -lcmocka

## bench: the figures of the README, beside the peers
.PHONY: bench
bench: all samples $(addprefix $(BUILD)/bench/,make_tape peak symbolize)
	BUILD=$(BUILD) sh bench/run.sh

$(BUILD)/bench/symbolize: bench/symbolize.c $(SYMBOLS_OBJ) $(BUILD)/libtape.a
	@mkdir -p $(@D)
	$(call show,CC,$<)$(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(SYMBOLS_LIBS) $(FORMAT_LIBS)

$(BUILD)/bench/%: bench/%.c $(BUILD)/libtape.a
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(FORMAT_LIBS)

# --- other architectures: analyze in build/<arch>/, its libraries in build/sysroot-<arch>/ ---

CROSS = $(MAKE) --no-print-directory BUILD=$(BUILD)/$(1) ARCH=$(1) AR=$(1)-linux-gnu-ar \
	CC="$(1)-linux-gnu-gcc --sysroot=$(abspath $(BUILD))/sysroot-$(1)"

.PHONY: sysroot-aarch64 sysroot-s390x
sysroot-aarch64 sysroot-s390x: sysroot-%:
	@scripts/sysroot $* $(BUILD)/sysroot-$*

## cross-aarch64: build/aarch64/analyze
## cross-s390x: build/s390x/analyze (big-endian)
.PHONY: cross-aarch64 cross-s390x
cross-aarch64 cross-s390x: cross-%: sysroot-%
	@+$(call CROSS,$*) analyze

## unit-aarch64: the tests of format, symbols and analyze, run by qemu
## unit-s390x: the same, big-endian
.PHONY: unit-aarch64 unit-s390x
unit-aarch64 unit-s390x: unit-%: sysroot-%
	@+$(call CROSS,$*) RUN="qemu-$*-static -L $(abspath $(BUILD))/sysroot-$*" unit-foreign

# --- into the system, and out into the world ---

INSTALL := install
MAN     := $(wildcard docs/*.1)
PUBLIC  := $(patsubst format/%,%,$(wildcard format/tape/*.h format/tape/events/*.h))

## install: programs, libtape, headers, man pages, under DESTDIR and PREFIX=/usr/local
.PHONY: install
install: all $(BUILD)/gen/libtape.pc
	$(INSTALL) -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(LIBDIR)/pkgconfig \
		$(DESTDIR)$(PREFIX)/include/tape/events $(DESTDIR)$(PREFIX)/share/man/man1
	$(INSTALL) -m 755 $(BUILD)/record $(DESTDIR)$(PREFIX)/bin/perftape-record
	$(INSTALL) -m 755 $(BUILD)/analyze $(DESTDIR)$(PREFIX)/bin/perftape-analyze
	$(INSTALL) -m 644 $(BUILD)/libtape.a $(DESTDIR)$(LIBDIR)/libtape.a
	$(INSTALL) -m 644 $(BUILD)/libtape.so $(DESTDIR)$(LIBDIR)/libtape.so.$(SOMAJOR)
	ln -sf libtape.so.$(SOMAJOR) $(DESTDIR)$(LIBDIR)/libtape.so
	$(INSTALL) -m 644 $(BUILD)/gen/libtape.pc $(DESTDIR)$(LIBDIR)/pkgconfig/libtape.pc
	for h in $(PUBLIC); do \
		$(INSTALL) -m 644 format/$$h $(DESTDIR)$(PREFIX)/include/$$h || exit 1; done
	for m in $(MAN); do \
		$(INSTALL) -m 644 $$m $(DESTDIR)$(PREFIX)/share/man/man1/ || exit 1; done

## uninstall: takes away what install brought
.PHONY: uninstall
uninstall:
	rm -f $(addprefix $(DESTDIR)$(PREFIX)/bin/,perftape-record perftape-analyze) \
		$(addprefix $(DESTDIR)$(LIBDIR)/,libtape.a libtape.so libtape.so.$(SOMAJOR) \
			pkgconfig/libtape.pc) \
		$(addprefix $(DESTDIR)$(PREFIX)/include/,$(PUBLIC)) \
		$(addprefix $(DESTDIR)$(PREFIX)/share/man/man1/,$(notdir $(MAN)))
	-rmdir $(DESTDIR)$(PREFIX)/include/tape/events $(DESTDIR)$(PREFIX)/include/tape

$(eval $(call stamp,prefix,$$(PREFIX) $$(LIBDIR) $$(VERSION)))

$(BUILD)/gen/libtape.pc: $(BUILD)/stamps/prefix
	@mkdir -p $(@D)
	@printf '%s\n' 'prefix=$(PREFIX)' 'libdir=$(LIBDIR)' 'includedir=$${prefix}/include' '' \
		'Name: libtape' 'Description: reads, writes and mends tapes of perftape' \
		'Version: $(VERSION)' 'Requires.private: liblz4 libxxhash' \
		'Libs: -L$${libdir} -ltape' 'Cflags: -I$${includedir}' > $@

## dist: build/perftape-VERSION.tar.gz of the last commit; the same bytes each time
.PHONY: dist
dist:
	@mkdir -p $(BUILD)
	git archive --format=tar --prefix=perftape-$(VERSION)/ HEAD | \
		gzip -n -9 > $(BUILD)/perftape-$(VERSION).tar.gz

## format: clang-format on every source
.PHONY: format
format:
	clang-format -i $$(git ls-files -co --exclude-standard '*.c' '*.h' | grep -v '^tests/check/bad/')

## clean: removes build, build-asan and build-fuzz
.PHONY: clean
clean:
	rm -rf $(BUILD) $(BUILD)-asan $(BUILD)-fuzz

.PHONY: help
help:
	@echo 'make                builds $(BUILD)/record, $(BUILD)/analyze and libtape'
	@awk -F': ' '/^## /{ printf "make %-14s %s\n", substr($$1, 4), $$2 }' Makefile

-include $(shell find $(BUILD)/obj $(BUILD)/pic -name '*.d' 2>/dev/null)
