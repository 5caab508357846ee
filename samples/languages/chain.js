// SPDX-License-Identifier: BSD-2-Clause
//
// root -> outer -> middle -> inner -> hot, warm, cool (60, 30, 10 % of the work),
// and root -> deep, which calls itself to a depth of 20 and then works in hot. Run
// with --perf-basic-prof or --perf-prof, node writes down the names of its code.
'use strict';

let sink = 1;

function hot(n) {
	for (let i = 0; i < n; i++)
		sink = (Math.imul(sink, 1103515245) + 12345) | 0;
	return sink;
}

function warm(n) {
	for (let i = 0; i < n; i++)
		sink = (Math.imul(sink, 1664525) + 1013904223) | 0;
	return sink;
}

function cool(n) {
	for (let i = 0; i < n; i++)
		sink = (Math.imul(sink, 22695477) + 1) | 0;
	return sink;
}

function inner(n) {
	return (hot(6 * n) + warm(3 * n) + cool(n)) | 0;
}

function middle(n) {
	return (inner(n) + 1) | 0;
}

function outer(n) {
	return (middle(n) + 1) | 0;
}

function deep(depth, n) {
	if (depth === 1)
		return hot(n);
	return (deep(depth - 1, n) + 1) | 0;
}

function root(seconds) {
	const end = Date.now() + seconds * 1000;

	while (Date.now() < end) {
		outer(200000);
		deep(20, 400000);
	}
	return sink;
}

process.stdout.write('ready\n');
root(Number(process.argv[2] || 3));
