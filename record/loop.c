// SPDX-License-Identifier: BSD-2-Clause
/* See loop.h. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "record/loop.h"

#define LOOK_MS	    200 /* between two looks at whether there is something to do */
#define SOON_MS	    10	/* the same while a command has just begun */
#define SOON_NS	    1000000000
#define FLUSH_NS    1000000000 /* what kill -9 may cost, at most, besides one look */
#define END_RESERVE 65536      /* of --max-size, for the end of the tape, besides a 16th part */

struct loop {
	struct loop_tools tools;
	int epoll_fd;
	int signal_fd;
	uint32_t epoch;
	uint64_t start_ns; /* when everything was attached */
	uint64_t epoch_start_ns;
	bool just_begun;
	uint64_t flushed_ns;
	uint64_t status_ns;
	uint64_t status_events;
	bool stop;
	bool asked; /* by a signal */
	bool quit_now;
	uint64_t go_next_ns; /* when there is something to read of Go programs */
	enum ev_end_reason reason;
};

static int watch(const struct loop *l, int fd)
{
	struct epoll_event ev = { .events = EPOLLIN, .data.fd = fd };

	return epoll_ctl(l->epoll_fd, EPOLL_CTL_ADD, fd, &ev) < 0 ? -errno : 0;
}

static void wanted_signals(sigset_t *ret)
{
	static const int wanted[] = { SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2, SIGCHLD };

	sigemptyset(ret);
	for (size_t i = 0; i < sizeof(wanted) / sizeof(*wanted); i++)
		sigaddset(ret, wanted[i]);
}

void loop_hold_signals(void)
{
	sigset_t set;

	wanted_signals(&set);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
}

static int take_signals(struct loop *l)
{
	sigset_t set;

	wanted_signals(&set);
	l->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return l->signal_fd < 0 ? -errno : watch(l, l->signal_fd);
}

int loop_new(const struct loop_tools *tools, struct loop **ret, struct tape_error *err)
{
	CLEANUP(loop_freep) struct loop *l = calloc(1, sizeof(*l));
	int rc;

	if (!l)
		return tape_fail(err, -ENOMEM, "out of memory");
	l->tools = *tools;
	l->signal_fd = -1;
	l->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	rc = l->epoll_fd < 0 ? -errno : take_signals(l);
	if (rc == 0)
		rc = watch(l, drain_fd(tools->drain));
	for (size_t i = 0; rc == 0 && i < sideband_n_fds(tools->sideband); i++)
		rc = watch(l, sideband_fd(tools->sideband, i));
	if (rc < 0)
		return tape_fail(err, rc, "cannot wait for events: %s", strerror(-rc));
	*ret = TAKE(l);
	return 0;
}

void loop_free(struct loop *l)
{
	if (!l)
		return;
	if (l->epoll_fd >= 0)
		close(l->epoll_fd);
	if (l->signal_fd >= 0)
		close(l->signal_fd);
	free(l);
}

int loop_begin_epoch(struct loop *l, struct tape_error *err)
{
	uint32_t number = l->epoch + 1;
	uint64_t now = records_now();
	int rc = tape_writer_begin_epoch(l->tools.records->writer, number, now, records_wall_now(),
					 err);

	if (rc < 0)
		return rc;
	/* Events carry the new number only now that the writer can take it. */
	l->just_begun = true;
	l->epoch = number;
	l->epoch_start_ns = records_now();
	drain_set_epoch(l->tools.drain, number);
	__atomic_store_n(&core_control(l->tools.core)->epoch, number, __ATOMIC_SEQ_CST);
	return processes_begin_epoch(l->tools.processes, number, l->epoch_start_ns, err);
}

static void stop(struct loop *l, enum ev_end_reason reason)
{
	l->stop = true;
	l->reason = reason;
}

static int toggle_pause(struct loop *l, struct tape_error *err)
{
	struct control *control = core_control(l->tools.core);
	bool paused = !control->paused;
	struct ev_pause *ev = records_begin(l->tools.records, EV_PAUSE, records_now());

	__atomic_store_n(&control->paused, paused, __ATOMIC_SEQ_CST);
	ev->paused = paused;
	records_end(l->tools.records);
	return records_put(l->tools.records, l->epoch, err);
}

static int on_signal(struct loop *l, int number, struct tape_error *err)
{
	switch (number) {
	case SIGCHLD:
		return 0; /* look_after_targets() asks */
	case SIGUSR1:
		return toggle_pause(l, err);
	case SIGUSR2:
		return tape_writer_flush(l->tools.records->writer, err);
	default:
		l->quit_now = l->asked && number == SIGINT;
		l->asked = true;
		/* The terminal tells the command of ^C itself; of others we do. */
		if (l->tools.child->pid && number != SIGINT && !child_ended(l->tools.child))
			kill(l->tools.child->pid, number);
		stop(l, EV_END_ASKED);
		return 0;
	}
}

static int read_signals(struct loop *l, struct tape_error *err)
{
	struct signalfd_siginfo info;
	int rc = 0;

	while (rc == 0 && read(l->signal_fd, &info, sizeof(info)) == sizeof(info))
		rc = on_signal(l, (int)info.ssi_signo, err);
	return rc;
}

/* Ends when the command has, or when no process is left that was asked for. */
static void look_after_targets(struct loop *l)
{
	if (l->tools.child->pid && child_ended(l->tools.child))
		stop(l, EV_END_ASKED);
	if (l->tools.options->target == TARGET_PIDS && !core_has_targets(l->tools.core))
		stop(l, EV_END_ASKED);
}

static void look_after_limits(struct loop *l, uint64_t now)
{
	const struct tape_writer *w = l->tools.records->writer;
	uint64_t limit = l->tools.options->max_bytes;

	if (l->tools.options->duration_ns && now - l->start_ns >= l->tools.options->duration_ns)
		stop(l, EV_END_ASKED);
	if (limit &&
	    tape_writer_bytes(w) + tape_writer_pending(w) + limit / 16 + END_RESERVE > limit)
		stop(l, EV_END_SIZE);
}

static int change_epoch(struct loop *l, struct tape_error *err)
{
	uint32_t before = l->epoch;
	int rc = loop_begin_epoch(l, err);

	/* Not sooner: nothing is gathered for the old epoch any more, and it still takes records. */
	return rc < 0 ? rc : groups_collect(l->tools.groups, l->tools.records, before, err);
}

static int look_after_epochs(struct loop *l, uint64_t now, struct tape_error *err)
{
	struct tape_writer *w = l->tools.records->writer;
	int rc = 0;

	/*
	 * Two epochs are open at a time: what is late for the one before still finds
	 * it until the next begins, and at least one whole pass lies between.
	 */
	if (l->just_begun)
		l->just_begun = false;
	else if (now - l->epoch_start_ns >= l->tools.options->epoch_ns ||
		 tape_writer_epoch_bytes(w, l->epoch) >= l->tools.options->epoch_bytes)
		rc = change_epoch(l, err);
	if (rc == 0 && now - l->flushed_ns >= FLUSH_NS) {
		l->flushed_ns = now;
		rc = tape_writer_flush(w, err);
	}
	return rc;
}

static void show_status(struct loop *l, uint64_t now)
{
	struct session_status status = { .elapsed_ns = now - l->start_ns };
	struct drain_counts counts;

	if (!l->tools.ui->status || now - l->status_ns < 1000000000)
		return;
	drain_counts(l->tools.drain, &counts);
	status.events = counts.events;
	status.events_per_s =
		(counts.events - l->status_events) * 1000 / ((now - l->status_ns) / 1000000);
	status.lost = counts.lost;
	status.bytes = tape_writer_bytes(l->tools.records->writer);
	status.paused = core_control(l->tools.core)->paused;
	l->status_ns = now;
	l->status_events = counts.events;
	l->tools.ui->status(l->tools.ui->context, &status);
}

/*
 * How long to wait: to the next look, or to the end or the next snapshot if that is
 * sooner. That a command maps an interpreter must be known early: until then its samples
 * lack the script's frames.
 */
static int wait_ms(const struct loop *l)
{
	uint64_t end = l->start_ns + l->tools.options->duration_ns, now = records_now();
	bool soon = l->tools.child->pid && now - l->start_ns < SOON_NS;
	int look_ms = soon ? SOON_MS : LOOK_MS;

	if (!l->tools.options->duration_ns || end > l->go_next_ns)
		end = l->go_next_ns;
	if (end > now + (uint64_t)look_ms * 1000000)
		return look_ms;
	return end > now ? (int)((end - now + 999999) / 1000000) : 0;
}

/*
 * A pass costs more than a look. Rings that fill wake us, so events can wait for
 * the next flush; news of processes cannot: the files and the command line of
 * one that ends soon are to be had only while it lives.
 */
static bool is_pass_due(const struct loop *l, uint64_t now)
{
	return now - l->flushed_ns >= FLUSH_NS ||
	       now - l->epoch_start_ns >= l->tools.options->epoch_ns ||
	       sideband_has_news(l->tools.sideband);
}

static int pass(struct loop *l, uint64_t now, struct tape_error *err)
{
	int rc = read_signals(l, err);

	if (rc == 0)
		rc = drain_pass(l->tools.drain, false, err);
	if (rc == 0)
		rc = look_after_epochs(l, now, err);
	look_after_targets(l);
	return rc;
}

/* Nothing is read of Go programs while recording is paused. */
static int look_at_go(struct loop *l, struct tape_error *err)
{
	l->go_next_ns = UINT64_MAX;
	if (!l->tools.go || core_control(l->tools.core)->paused)
		return 0;
	return go_look(l->tools.go, l->epoch, &l->go_next_ns, err);
}

int loop_run(struct loop *l, struct tape_error *err)
{
	struct epoll_event events[16];
	int rc = 0;

	l->start_ns = l->flushed_ns = l->status_ns = records_now();
	l->go_next_ns = l->tools.go ? 0 : UINT64_MAX;
	cost_meter_look(l->tools.meter, l->start_ns);
	while (rc == 0 && !l->stop) {
		int woken = epoll_wait(l->epoll_fd, events, 16, wait_ms(l));
		uint64_t now = records_now();

		cost_meter_look(l->tools.meter, now);
		if (woken < 0 && errno != EINTR)
			return tape_fail(err, -errno, "cannot wait for events: %s",
					 strerror(errno));
		if (woken > 0 || is_pass_due(l, now))
			rc = pass(l, now, err);
		if (rc == 0)
			rc = look_at_go(l, err);
		look_after_limits(l, now);
		show_status(l, now);
	}
	return rc;
}

uint32_t loop_epoch(const struct loop *l)
{
	return l->epoch;
}

enum ev_end_reason loop_reason(const struct loop *l)
{
	return l->reason;
}

bool loop_quit_now(const struct loop *l)
{
	return l->quit_now;
}
