# @generated from schema/ by `cargo run -p codegen`; do not edit.
"""What the protocol says about its messages and event kinds, as values."""

from collections.abc import Mapping
from typing import Final

from .facts import KindFacts, MessageFacts

MESSAGES: Final[Mapping[str, MessageFacts]] = {
    "session.hello": MessageFacts(direction="client", section="6.2", session_id="absent", job_id="absent", event_seq="absent", trace_id="optional", answered_by=("session.welcome", "session.error")),
    "session.welcome": MessageFacts(direction="runtime", section="6.2", session_id="required", job_id="absent", event_seq="absent", trace_id="optional", answers=("session.hello", "session.resume")),
    "session.resume": MessageFacts(direction="client", section="6.3", session_id="optional", job_id="absent", event_seq="absent", trace_id="optional", answered_by=("session.welcome", "session.error")),
    "session.ping": MessageFacts(direction="both", section="6.4", feature="heartbeat", session_id="required", job_id="absent", event_seq="absent", trace_id="absent", answered_by=("session.pong",)),
    "session.pong": MessageFacts(direction="both", section="6.4", feature="heartbeat", session_id="required", job_id="absent", event_seq="absent", trace_id="absent", answers=("session.ping",)),
    "session.ack": MessageFacts(direction="client", section="6.5", feature="ack", session_id="required", job_id="absent", event_seq="absent", trace_id="absent"),
    "session.list_jobs": MessageFacts(direction="client", section="6.6", feature="list_jobs", session_id="required", job_id="absent", event_seq="absent", trace_id="optional", answered_by=("session.jobs", "session.error")),
    "session.jobs": MessageFacts(direction="runtime", section="6.6", feature="list_jobs", session_id="required", job_id="absent", event_seq="absent", trace_id="optional", answers=("session.list_jobs",)),
    "session.close": MessageFacts(direction="client", section="6.7", session_id="required", job_id="absent", event_seq="absent", trace_id="absent", answered_by=("session.closed",)),
    "session.closed": MessageFacts(direction="runtime", section="6.7", session_id="required", job_id="absent", event_seq="absent", trace_id="absent", answers=("session.close",)),
    "session.bye": MessageFacts(direction="both", section="6.7", session_id="required", job_id="absent", event_seq="absent", trace_id="absent"),
    "session.error": MessageFacts(direction="runtime", section="12", session_id="optional", job_id="optional", event_seq="absent", trace_id="optional", answers=("session.hello", "session.resume", "session.list_jobs", "job.submit", "job.cancel", "job.subscribe")),
    "job.submit": MessageFacts(direction="client", section="7.1", session_id="required", job_id="absent", event_seq="absent", trace_id="optional", answered_by=("job.accepted", "session.error")),
    "job.accepted": MessageFacts(direction="runtime", section="7.1", session_id="required", job_id="required", event_seq="absent", trace_id="required", answers=("job.submit",)),
    "job.event": MessageFacts(direction="runtime", section="8.1", session_id="required", job_id="required", event_seq="required", trace_id="required", replayed=True),
    "job.result": MessageFacts(direction="runtime", section="8.4", session_id="required", job_id="required", event_seq="required", trace_id="required", replayed=True, terminal=True),
    "job.error": MessageFacts(direction="runtime", section="12", session_id="required", job_id="required", event_seq="required", trace_id="required", replayed=True, terminal=True),
    "job.cancel": MessageFacts(direction="client", section="7.4", session_id="required", job_id="required", event_seq="absent", trace_id="optional", answered_by=("job.cancelled", "session.error")),
    "job.cancelled": MessageFacts(direction="runtime", section="7.4", session_id="required", job_id="required", event_seq="absent", trace_id="optional", answers=("job.cancel",)),
    "job.subscribe": MessageFacts(direction="client", section="7.6", feature="subscribe", session_id="required", job_id="optional", event_seq="absent", trace_id="optional", answered_by=("job.subscribed", "session.error")),
    "job.subscribed": MessageFacts(direction="runtime", section="7.6", feature="subscribe", session_id="required", job_id="required", event_seq="absent", trace_id="optional", answers=("job.subscribe",)),
    "job.unsubscribe": MessageFacts(direction="client", section="7.6", feature="subscribe", session_id="required", job_id="optional", event_seq="absent", trace_id="optional"),
}
"""The messages by wire type."""

KINDS: Final[Mapping[str, KindFacts]] = {
    "log": KindFacts(section="8.2"),
    "thought": KindFacts(section="8.2"),
    "tool_call": KindFacts(section="8.2"),
    "tool_result": KindFacts(section="8.2"),
    "status": KindFacts(section="8.2"),
    "metric": KindFacts(section="8.2"),
    "artifact_ref": KindFacts(section="8.2"),
    "delegate": KindFacts(section="10"),
    "progress": KindFacts(section="8.2", feature="progress"),
    "result_chunk": KindFacts(section="8.4", feature="result_chunk"),
}
"""The event kinds by wire name."""
