#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# The flame graph in a real browser, headless Chromium: it draws, and zoom,
# search, details and reset do what they should. Needs neither root nor BPF.
#
# tests/live/flamegraph_browser.sh [SVG [SCREENSHOT]]: of this flame graph; else
# of one made from the kept tapes. SCREENSHOT is written after a search.
#
# A page holds the drawing, sends it the events of a mouse and a keyboard, and
# writes what it sees as lines, which the browser prints.
set -u
export LC_ALL=C
cd "$(dirname "$0")/../.." || exit 1
BUILD=${BUILD:-build}
name=flamegraph_browser

skip() {
	echo "skip live: $name: $*"
	exit 77
}

browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome) ||
	skip "needs chromium"
work=$(mktemp -d "${TMPDIR:-/tmp}/live-$name.XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
export HOME="$work"

if [ $# -gt 0 ]; then
	cp "$1" "$work/flame.svg" || exit 1
else
	[ -x "$BUILD/analyze" ] || skip "needs $BUILD/analyze"
	set -- samples/tapes/*
	[ -e "$1" ] || skip "needs a tape in samples/tapes"
	# The largest has the most to draw.
	tape=$(ls -S "$@" | head -n 1)
	"$BUILD/analyze" cpu -f svg -o "$work/flame.svg" "$tape" || exit 1
	set --
fi

cat >"$work/page.html" <<'PAGE'
<!DOCTYPE html>
<meta charset="utf-8">
<body><iframe id="o" src="flame.svg" width="1220" height="2000"></iframe><pre id="log"></pre>
<script>
const log = (ok, text) => {
	document.getElementById('log').textContent += (ok ? 'ok ' : 'not ok ') + text + '\n';
};
window.onerror = (message) => log(false, 'no script fails: ' + message);
document.getElementById('o').addEventListener('load', () => {
	const d = document.getElementById('o').contentDocument, w = d.defaultView;
	const all = Array.from(d.querySelectorAll('g.f'));
	const rect = (g) => g.querySelector('rect');
	const width = (g) => Number(rect(g).getAttribute('width'));
	const nameOf = (g) => g.querySelector('title').textContent.split('\n')[0];
	const shown = (g) => w.getComputedStyle(g).display !== 'none';
	const click = (e) => e.dispatchEvent(new w.MouseEvent('click', { bubbles: true }));
	const box = d.getElementById('search');
	const find = (text) => {
		box.value = text;
		box.dispatchEvent(new w.Event('input', { bubbles: true }));
		return d.getElementById('matched').textContent;
	};
	const escaped = (text) => '^' + text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&') + '$';

	const root = all[0], full = width(root), before = all.map(width);
	/* One that has both: something beside it and something that it calls. */
	const target = all.find((g, i) => i > 0 && before[i] < 0.9 * full && all[i + 1] &&
		Number(rect(all[i + 1]).getAttribute('y')) < Number(rect(g).getAttribute('y')));
	log(all.length > 3, 'it has frames');
	log(nameOf(root) === 'all' && full > 1000, 'the root is as wide as the page');
	log(rect(root).getBBox().y >= Math.max(...all.map((g) => rect(g).getBBox().y)),
		'the root is at the bottom');
	log(all.every((g) => { const t = g.querySelector('text');
		return !t || t.getBBox().width <= width(g) + 2; }), 'no text is wider than its frame');
	log(!!target, 'there is a frame to zoom into');

	rect(target).dispatchEvent(new w.MouseEvent('mouseover', { bubbles: true }));
	log(d.getElementById('details').textContent.startsWith(nameOf(target) + ': '),
		'the frame under the pointer is described');

	click(rect(target));
	log(Math.abs(width(target) - full) < 0.01, 'a click makes a frame as wide as the page');
	log(shown(root) && root.classList.contains('above'), 'its callers stay, and are dimmed');
	const hidden = all.filter((g) => !shown(g));
	log(hidden.length > 0 && hidden.every((g) => g !== target), 'what is beside it goes');
	log(all.filter(shown).every((g) => Number(rect(g).getAttribute('x')) >= 9.99 &&
		Number(rect(g).getAttribute('x')) + width(g) <= full + 10.01),
		'nothing sticks out of the page');
	log(find('.') === 'matched: 100.00%', 'a search counts in the part that is seen');

	click(d.getElementById('reset'));
	log(all.every((g, i) => Math.abs(width(g) - before[i]) < 0.001) && all.every(shown),
		'reset brings everything back');

	/* The share that a search must find: of the outermost frames of that name. */
	let sum = 0, end = -1;
	all.forEach((g, i) => {
		const x = Number(rect(g).getAttribute('x'));
		if (nameOf(g) !== nameOf(target) || x < end - 0.0001)
			return;
		sum += before[i];
		end = x + before[i];
	});
	log(find(escaped(nameOf(target))) === 'matched: ' + (100 * sum / full).toFixed(2) + '%',
		'a search tells the share of what it found');
	const hits = all.filter((g) => g.classList.contains('match'));
	log(hits.includes(target) && hits.every((g) => nameOf(g) === nameOf(target)),
		'it marks what it found and nothing else');
	log(w.getComputedStyle(rect(target)).fill === 'rgb(224, 92, 240)', 'marked frames are purple');
	log(find('no such function, surely') === 'matched: 0.00%', 'a search may find nothing');
	log(find('(') === 'not a regular expression', 'a wrong expression is said to be wrong');

	w.dispatchEvent(new w.KeyboardEvent('keydown', { key: 'f', ctrlKey: true, cancelable: true }));
	log(d.activeElement === box, 'Ctrl-F goes to the search');
	w.dispatchEvent(new w.KeyboardEvent('keydown', { key: 'Escape' }));
	log(box.value === '' && !all.some((g) => g.classList.contains('match')),
		'Escape clears the search');

	const foot = d.getElementById('foot').textContent;
	log(foot.includes('Coverage: '), 'the foot tells the coverage');
	log(w.performance.getEntriesByType('resource').length === 0, 'nothing was fetched');
	find(escaped(nameOf(target)));
	log(true, 'the end is reached');
});
</script>
PAGE

# The page must look into the drawing, and files are strangers to each other.
run() {
	timeout 120 "$browser" --headless --no-sandbox --disable-gpu --allow-file-access-from-files \
		--user-data-dir="$work/profile" --window-size=1240,1200 --hide-scrollbars \
		--virtual-time-budget=20000 "$@" "file://$work/page.html" 2>"$work/err"
}

run --dump-dom | sed -n '/<pre id="log">/,/<\/pre>/p' |
	sed 's/.*<pre id="log">//; s/<\/pre>.*//; /^$/d' >"$work/lines"
if ! grep -q 'the end is reached' "$work/lines"; then
	echo "not ok live: $name: the script runs to its end"
	sed 's/^/    /' "$work/lines" "$work/err"
	exit 1
fi
[ $# -lt 2 ] || run --screenshot="$2" >/dev/null
sed "s/^\(not ok\|ok\) /\1 live: $name: /; /the end is reached/d" "$work/lines"
! grep -q '^not ok' "$work/lines"
