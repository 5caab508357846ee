#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# The page of a timeline in a real browser, headless Chromium: it draws, and
# zoom, search and reset do what they should. Needs neither root nor BPF.
#
# tests/live/timeline_browser.sh [HTML [SCREENSHOT]]: of this page; else of one
# made from a kept tape. SCREENSHOT is written after a zoom.
set -u
export LC_ALL=C
cd "$(dirname "$0")/../.." || exit 1
BUILD=${BUILD:-build}
name=timeline_browser

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
	cp "$1" "$work/timeline.html" || exit 1
else
	[ -x "$BUILD/analyze" ] || skip "needs $BUILD/analyze"
	"$BUILD/analyze" timeline --no-files -o "$work/timeline.html" samples/tapes/forker.tape || exit 1
fi

cat >"$work/page.html" <<'PAGE'
<!DOCTYPE html>
<meta charset="utf-8">
<body><iframe id="o" src="timeline.html" width="1420" height="900"></iframe><pre id="log"></pre>
<script>
const log = (ok, text) => {
	document.getElementById('log').textContent += (ok ? 'ok ' : 'not ok ') + text + '\n';
};
window.onerror = (message) => log(false, 'no script fails: ' + message);
document.getElementById('o').addEventListener('load', async () => {
	const d = document.getElementById('o').contentDocument, w = d.defaultView;
	const plot = d.getElementById('plot'), box = d.getElementById('search');
	const view = () => plot.getAttribute('viewBox').split(' ').map(Number);
	/* Without a screen the browser gives few frames: they come by the clock here. */
	w.requestAnimationFrame = (draw) => w.setTimeout(draw, 0);
	const soon = () => new Promise((done) => w.setTimeout(done, 50));
	const ticks = () => d.querySelectorAll('#axis text').length;
	const whole = view(), boxes = Array.from(plot.querySelectorAll('rect.b'));
	const at = plot.getBoundingClientRect();
	const wheel = (deltaY) => plot.dispatchEvent(new w.WheelEvent('wheel', { deltaY: deltaY,
		clientX: at.left + at.width / 4, clientY: at.top + 5, bubbles: true, cancelable: true }));

	log(boxes.length > 0 && ticks() > 2, 'slices and an axis are drawn');
	for (let i = 0; i < 6; i++)
		wheel(-100);
	await soon();
	const [x, , width] = view();
	log(width < whole[2] / 3, 'the wheel zooms in');
	log(Math.abs((x + width / 4) / (whole[2] / 4) - 1) < 0.02, 'what is under the pointer stays');
	log(ticks() > 2, 'the axis has ticks after a zoom');
	plot.dispatchEvent(new w.MouseEvent('mousedown', { clientX: at.left + 300, clientY: at.top + 5,
		bubbles: true, cancelable: true }));
	w.dispatchEvent(new w.MouseEvent('mousemove', { clientX: at.left + 200, clientY: at.top + 5 }));
	w.dispatchEvent(new w.MouseEvent('mouseup', {}));
	await soon();
	log(view()[0] > x, 'dragging to the left shows what comes later');
	const name = boxes[0].querySelector('title').textContent.split('\n')[0];
	box.value = name.toUpperCase();
	box.dispatchEvent(new w.Event('input'));
	log(!boxes[0].classList.contains('dim') &&
		d.getElementById('matched').textContent.endsWith(' of ' + boxes.length),
		'the search finds a name in any case');
	box.value = 'no such name \u2026';
	box.dispatchEvent(new w.Event('input'));
	log(boxes.every((b) => b.classList.contains('dim')), 'what does not match is dimmed');
	box.value = '';
	box.dispatchEvent(new w.Event('input'));
	boxes[0].dispatchEvent(new w.MouseEvent('mouseover', { bubbles: true }));
	log(d.getElementById('about').textContent.startsWith(name), 'the pointer shows what a slice is');
	d.getElementById('reset').click();
	await soon();
	log(view().every((v, i) => v === whole[i]), 'the reset shows the whole');
	for (let i = 0; i < 6; i++)
		wheel(-100);
	await soon();
	log(true, 'the end is reached');
});
</script>
PAGE

run() {
	timeout 120 "$browser" --headless --no-sandbox --disable-gpu --allow-file-access-from-files \
		--user-data-dir="$work/profile" --window-size=1440,920 --hide-scrollbars \
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
