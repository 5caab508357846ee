// SPDX-License-Identifier: BSD-2-Clause
/* Structs whose members' places tests/symbols/test_dwarf_structs.c knows. */
struct low {
	char first;
	long deep;
};

typedef struct low nick;
typedef nick name_of_nick;

struct high {
	int number;
	name_of_nick inner;
	struct high *next;
	union {
		int whole;
		char part;
	} either;
	struct {
		short a, b;
	} pair;
};

struct declared;

struct high made;
struct declared *never;
