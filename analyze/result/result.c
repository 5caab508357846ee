// SPDX-License-Identifier: BSD-2-Clause
/* See result.h. */
#include <stdlib.h>

#include "analyze/base/memory.h"
#include "analyze/base/vec.h"
#include "analyze/result/result.h"

struct result {
	char *view;
	char *title;
	VEC(struct result_item) items;
	VEC(char *) notes;
	bool alarm;
	struct coverage coverage;
};

struct result *result_new(const char *view, const char *title)
{
	struct result *r = memory_alloc(sizeof(*r));

	r->view = memory_copy_text(view);
	r->title = memory_copy_text(title);
	return r;
}

static void free_item(struct result_item *item)
{
	switch (item->shape) {
	case RESULT_PROFILE:
		profile_free(item->profile);
		break;
	case RESULT_TABLE:
		table_free(item->table);
		break;
	case RESULT_TIMELINE:
		timeline_free(item->timeline);
		break;
	}
}

void result_free(struct result *r)
{
	if (!r)
		return;
	vec_for_each (item, &r->items) {
		free_item(item);
	}
	vec_for_each (note, &r->notes) {
		free(*note);
	}
	vec_done(&r->items);
	vec_done(&r->notes);
	free(r->view);
	free(r->title);
	free(r);
}

void result_take_profile(struct result *r, struct profile *p)
{
	*vec_push(&r->items) = (struct result_item){ .shape = RESULT_PROFILE, .profile = p };
}

void result_take_table(struct result *r, struct table *t)
{
	*vec_push(&r->items) = (struct result_item){ .shape = RESULT_TABLE, .table = t };
}

void result_take_timeline(struct result *r, struct timeline *t)
{
	*vec_push(&r->items) = (struct result_item){ .shape = RESULT_TIMELINE, .timeline = t };
}

const char *result_view(const struct result *r)
{
	return r->view;
}

const char *result_title(const struct result *r)
{
	return r->title;
}

size_t result_n_items(const struct result *r)
{
	return r->items.n;
}

const struct result_item *result_item(const struct result *r, size_t index)
{
	return &r->items.items[index];
}

const struct result_item *result_first(const struct result *r, enum result_shape shape)
{
	vec_for_each (item, &r->items) {
		if (item->shape == shape)
			return item;
	}
	return NULL;
}

void result_add_note(struct result *r, const char *text)
{
	*vec_push(&r->notes) = memory_copy_text(text);
}

size_t result_n_notes(const struct result *r)
{
	return r->notes.n;
}

const char *result_note(const struct result *r, size_t index)
{
	return r->notes.items[index];
}

struct coverage *result_coverage(struct result *r)
{
	return &r->coverage;
}

const struct coverage *result_get_coverage(const struct result *r)
{
	return &r->coverage;
}

void result_set_alarm(struct result *r)
{
	r->alarm = true;
}

bool result_alarm(const struct result *r)
{
	return r->alarm;
}
