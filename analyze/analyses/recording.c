// SPDX-License-Identifier: BSD-2-Clause
/* See recording.h. Rows whose facts the tape does not tell are left out. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "analyze/analyses/recording.h"
#include "analyze/analyses/words.h"

static void add_row(struct table *t, const char *what, const char *value)
{
	union table_cell row[] = { { .text = what }, { .text = value } };

	if (value && *value)
		table_add(t, row);
}

/* Several facts of one sort, one space between two. */
static void add_facts(struct table *t, const char *what, const struct facts *facts,
		      const char *const *keys)
{
	char text[512] = "";
	size_t length = 0;

	for (; *keys; keys++) {
		const char *value = facts_find(facts, *keys);

		if (value && *value && length < sizeof(text))
			length += (size_t)snprintf(text + length, sizeof(text) - length, "%s%s",
						   length ? " " : "", value);
	}
	add_row(t, what, text);
}

static void add_sampling(struct table *t, const struct world *w)
{
	const char *event = facts_find(&w->config, "cpu.event");
	const char *hz = facts_find(&w->config, "cpu.hz");
	char text[128];

	if (!hz)
		return;
	snprintf(text, sizeof(text), "%s Hz, %s", hz, event ? event : "unknown event");
	add_row(t, "sampling", text);
}

static void add_time(struct table *t, const struct world *w)
{
	uint64_t start = world_start_ns(w);

	add_row(t, "started", words_wall(world_wall_ns(w, start)).text);
	if (w->last_ns > start)
		add_row(t, "duration", words_duration(w->last_ns - start).text);
}

static void add_tape(struct table *t, const struct analysis_input *in)
{
	const struct tape_health *health = &in->health;
	char text[256];

	snprintf(text, sizeof(text), "%s%s%s, %s, %s", in->file_bytes ? "" : "size not known",
		 in->file_bytes ? words_bytes(in->file_bytes).text : "",
		 health->complete ? "" : ", not finished",
		 words_count(health->blocks, "block").text,
		 words_count(in->world->records, "record").text);
	add_row(t, "tape", text);
}

static void add_cost(struct table *t, const struct world *w)
{
	uint64_t user = 0, system = 0, bpf = 0, duration = w->last_ns - world_start_ns(w);
	char text[256];
	bool known = false;

	for (size_t i = 0; i < facts_count(&w->cost); i++) {
		const char *key = facts_key(&w->cost, i);
		size_t length = strlen(key);

		known = true;
		if (strcmp(key, "recorder.cpu_user_ns") == 0)
			user = facts_number(&w->cost, i);
		else if (strcmp(key, "recorder.cpu_system_ns") == 0)
			system = facts_number(&w->cost, i);
		else if (strncmp(key, "bpf.", 4) == 0 && length > 12 &&
			 strcmp(key + length - 12, ".run_time_ns") == 0)
			bpf += facts_number(&w->cost, i);
	}
	if (!known)
		return;
	snprintf(text, sizeof(text), "recorder %s of CPU, BPF programs %s: %s of one CPU",
		 words_duration(user + system).text, words_duration(bpf).text,
		 words_share(user + system + bpf, duration).text);
	add_row(t, "cost", text);
}

const char *recording_probes(const struct world *w)
{
	return facts_find(&w->config, "probes");
}

bool recording_has_probe(const struct world *w, const char *group)
{
	const char *at = recording_probes(w);
	size_t length = strlen(group);

	while (at && *at) {
		size_t word = strcspn(at, ",");

		if (word == length && memcmp(at, group, length) == 0)
			return true;
		at += word + (at[word] == ',');
	}
	return false;
}

struct table *recording_table(const struct analysis_input *in)
{
	static const struct table_column columns[] = { { "what", "", TABLE_TEXT },
						       { "value", "", TABLE_TEXT } };
	static const char *const host[] = { "uname.nodename", NULL };
	static const char *const system[] = { "os.name", NULL };
	static const char *const kernel[] = { "uname.sysname", "uname.release", "uname.machine",
					      NULL };
	static const char *const cpus[] = { "cpus.online", "cpu.model", NULL };
	static const char *const command[] = { "command_line", NULL };
	struct table *t = table_new("recording", "The recording", columns, 2);
	const struct world *w = in->world;

	add_facts(t, "command", &w->config, command);
	add_facts(t, "host", &w->host, host);
	add_facts(t, "system", &w->host, system);
	add_facts(t, "kernel", &w->host, kernel);
	add_facts(t, "CPUs", &w->host, cpus);
	add_time(t, w);
	add_row(t, "probes", recording_probes(w));
	add_sampling(t, w);
	add_tape(t, in);
	add_cost(t, w);
	return t;
}

const char *recording_source_name(uint32_t source)
{
	static const char *const names[] = {
		[EV_LOSS_RING] = "ring full",
		[EV_LOSS_SIDEBAND] = "perf buffer full",
		[EV_LOSS_WRITER] = "recorder could not write",
	};

	return source < sizeof(names) / sizeof(*names) ? names[source] : "unknown";
}

struct loss_sum {
	enum gap_kind kind;
	uint32_t source;
	uint64_t count;
	uint64_t places;
};

static void add_loss(struct table *t, const struct analysis_input *in, const struct loss_sum *sum)
{
	union table_cell row[4];

	if (!sum->places)
		return;
	row[0].text = sum->kind == GAP_LOSS ? recording_source_name(sum->source)
					    : gaps_kind_name(sum->kind);
	row[1].integer = (int64_t)sum->places;
	row[2].integer = sum->kind == GAP_LOSS ? (int64_t)sum->count : 0;
	row[3].integer = (int64_t)gaps_covered_ns(&in->world->gaps, sum->kind,
						  world_start_ns(in->world), in->world->last_ns);
	table_add(t, row);
}

struct table *recording_losses(const struct analysis_input *in)
{
	static const struct table_column columns[] = { { "what", "", TABLE_TEXT },
						       { "places", "count", TABLE_INTEGER },
						       { "records", "count", TABLE_INTEGER },
						       { "time", "ns", TABLE_INTEGER } };
	struct loss_sum sums[] = { { GAP_LOSS, EV_LOSS_RING, 0, 0 },
				   { GAP_LOSS, EV_LOSS_SIDEBAND, 0, 0 },
				   { GAP_LOSS, EV_LOSS_WRITER, 0, 0 },
				   { GAP_PAUSE, 0, 0, 0 },
				   { GAP_DAMAGE, 0, 0, 0 } };
	const size_t n = sizeof(sums) / sizeof(*sums);
	struct table *t;

	if (!in->world->gaps.list.n)
		return NULL;
	vec_for_each (gap, &in->world->gaps.list) {
		for (size_t i = 0; i < n; i++) {
			if (sums[i].kind != gap->kind ||
			    (gap->kind == GAP_LOSS && sums[i].source != gap->source))
				continue;
			sums[i].places++;
			sums[i].count += gap->count;
		}
	}
	t = table_new("losses", "What is missing", columns, 4);
	for (size_t i = 0; i < n; i++)
		add_loss(t, in, &sums[i]);
	return t;
}
