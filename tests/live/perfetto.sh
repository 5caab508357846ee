#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# A Perfetto trace of each kept tape, decoded with Perfetto's own definitions:
# those of its Python package (pip install perfetto), which PYTHON must find.
# All fields must be known there, and the trace must hold what Perfetto asks
# for. Needs neither root nor BPF. It is no run of trace_processor, which that
# package would have to fetch.
#
# tests/live/perfetto.sh [TRACE]: of this trace.
set -u
export LC_ALL=C
cd "$(dirname "$0")/../.." || exit 1
BUILD=${BUILD:-build}
name=perfetto
PYTHON=${PYTHON:-python3}

skip() {
	echo "skip live: $name: $*"
	exit 77
}

"$PYTHON" -c 'import perfetto.protos.perfetto.trace.perfetto_trace_pb2' 2>/dev/null ||
	skip "needs Perfetto's Python package"
work=$(mktemp -d "${TMPDIR:-/tmp}/live-$name.XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT

cat >"$work/look.py" <<'LOOK'
import sys
from google.protobuf import unknown_fields
from perfetto.protos.perfetto.trace import perfetto_trace_pb2

def unknown(message):
    n = len(unknown_fields.UnknownFieldSet(message))
    for field, value in message.ListFields():
        if field.message_type:
            n += sum(unknown(m) for m in (value if field.is_repeated else [value]))
    return n

def need(ok, what):
    if not ok:
        sys.exit(what)

trace = perfetto_trace_pb2.Trace()
trace.ParseFromString(open(sys.argv[1], 'rb').read())
need(trace.packet, 'no packet')
need(unknown(trace) == 0, 'fields that Perfetto does not know')
head = trace.packet[0]
need(head.sequence_flags == 1 and head.first_packet_on_sequence, 'no first packet')
need(head.trace_packet_defaults.timestamp_clock_id ==
     head.clock_snapshot.primary_trace_clock, 'another clock than the trace has')
tracks, names, keys, texts, kinds, events = {}, {}, {}, {}, {}, []
for place, p in enumerate(trace.packet):
    if p.HasField('track_descriptor'):
        need(p.track_descriptor.uuid not in tracks, 'a track twice')
        need(not p.track_descriptor.HasField('parent_uuid') or
             p.track_descriptor.parent_uuid in tracks, 'a track before its parent')
        tracks[p.track_descriptor.uuid] = p.track_descriptor
    for known, new in ((names, p.interned_data.event_names),
                       (kinds, p.interned_data.event_categories),
                       (keys, p.interned_data.debug_annotation_names),
                       (texts, p.interned_data.debug_annotation_string_values)):
        for text in new:
            need(text.iid and text.iid not in known, 'a text twice')
            known[text.iid] = text
    if not p.HasField('track_event'):
        continue
    e = p.track_event
    need(e.track_uuid in tracks, 'an event on no track')
    need(e.name_iid in names or e.type in (2, 4), 'an event without a name')
    need(all(c in kinds for c in e.category_iids), 'an unknown category')
    for a in e.debug_annotations:
        need(a.name_iid in keys, 'an annotation without a name')
        need(not a.HasField('string_value_iid') or a.string_value_iid in texts, 'no text')
    events.append((p.timestamp, place, e))
depth, flows = {}, {}
for when, _, e in sorted(events, key=lambda x: x[:2]):
    deep = depth.get(e.track_uuid, 0) + {1: 1, 2: -1}.get(e.type, 0)
    need(0 <= deep <= 512, 'slices that do not nest')
    depth[e.track_uuid] = deep
    need(e.type != 4 or tracks[e.track_uuid].HasField('counter'), 'a value on no counter')
    for f in e.flow_ids:
        need(f not in flows, 'a flow begins twice')
        flows[f] = True
    for f in e.terminating_flow_ids:
        need(flows.get(f), 'a flow ends that is not open')
        flows[f] = False
need(not any(depth.values()), 'slices without an end')
need(not any(flows.values()), 'flows without an end')
# Goroutines stand below their process: "g 17 main.work".
for t in tracks.values():
    if t.name.startswith('g ') and t.name[2:3].isdigit():
        above = tracks[t.parent_uuid]
        need(above.name == 'goroutines', 'a goroutine below no goroutines')
        need(tracks[above.parent_uuid].HasField('process'), 'goroutines of no process')
        print('goroutine')
LOOK

if [ $# -eq 0 ]; then
	[ -x "$BUILD/analyze" ] || skip "needs $BUILD/analyze"
	for tape in samples/tapes/*.tape; do
		"$BUILD/analyze" timeline --no-files -o "$work/$(basename "$tape" .tape).pftrace" \
			"$tape" || exit 1
	done
	set -- "$work"/*.pftrace
fi
status=0
goroutines=
for trace; do
	if what=$("$PYTHON" "$work/look.py" "$trace" 2>&1); then
		case $(basename "$trace") in
		leaky.*) goroutines=$(echo "$what" | grep -c goroutine) ;;
		esac
		echo "ok live: $name: $(basename "$trace") is a trace by Perfetto's definitions"
	else
		echo "not ok live: $name: $(basename "$trace") is a trace by Perfetto's definitions"
		echo "$what" | sed 's/^/    /'
		status=1
	fi
done
if [ -n "$goroutines" ] && [ "$goroutines" -lt 100 ]; then
	echo "not ok live: $name: goroutines have tracks"
	status=1
elif [ -n "$goroutines" ]; then
	echo "ok live: $name: goroutines have tracks"
fi
exit $status
