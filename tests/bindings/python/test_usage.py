"""What the types promise, for the type checker, and that the examples of the package's README run."""

from __future__ import annotations

import unittest
from typing import assert_never, assert_type

from arcp_generated import ArcpError, Envelope, Secret, envelope, error, event, job, limits, registry, session


def subject(frame: Envelope) -> str:
    """Tell messages apart by their class."""
    match frame:
        case envelope.SessionHello():
            return frame.payload.client.name
        case envelope.SessionWelcome():
            assert_type(frame.payload.resume_token, Secret)
            return frame.session_id
        case envelope.JobEvent(event_seq=seq, payload=payload):
            assert_type(frame.event_seq, int)
            return f"{frame.session_id} {frame.job_id} {seq + 1} {happened(payload)}"
        case envelope.JobError():
            return ArcpError.of(frame.payload).code
        case envelope.UnknownMessage():
            return frame.type
        case _:
            return registry.MESSAGES[frame.type].direction


def happened(what: job.Event) -> str:
    """Tell events apart; the match is complete without a wildcard."""
    match what:
        case job.LogEvent():
            return what.body.message
        case job.ThoughtEvent():
            return what.body.text
        case job.ToolCallEvent():
            return what.body.tool
        case job.ToolResultEvent():
            return outcome(what.body)
        case job.StatusEvent():
            return what.body.phase
        case job.MetricEvent():
            return str(what.body.value)
        case job.ArtifactRefEvent():
            return what.body.uri
        case job.DelegateEvent():
            return what.body.agent
        case job.ProgressEvent():
            return str(what.body.current)
        case job.ResultChunkEvent():
            return what.body.data
        case job.UnknownEvent():
            return what.kind
    assert_never(what)


def outcome(result: event.ToolResult) -> str:
    """Tell the arms of a union by member apart."""
    match result:
        case event.ToolFailure():
            return result.error.code
        case event.ToolSuccess():
            return str(result.result)


PING = envelope.SessionPing(id="01JV5JPJ427Q2YSB86JTN4CPMM", session_id="sess_1", payload=session.Ping(nonce="p1"))


class Usage(unittest.TestCase):
    """The promises that only show when they run."""

    def test_frames_are_told_apart(self) -> None:
        self.assertEqual(subject(PING), "both")
        log = job.LogEvent(body=event.Log(level="info", message="hi"))
        frame = envelope.JobEvent(id="m", session_id="s", job_id="j", event_seq=4, payload=log)
        self.assertEqual(subject(frame), "s j 5 hi")

    def test_frames_are_values(self) -> None:
        self.assertEqual(hash(PING.payload), hash(session.Ping(nonce="p1")))
        with self.assertRaises(AttributeError):
            setattr(PING, "id", "other")  # noqa: B010
        self.assertFalse(hasattr(PING, "__dict__"))

    def test_what_the_specification_says(self) -> None:
        self.assertEqual(len(registry.MESSAGES), 22)
        self.assertTrue(registry.MESSAGES["job.error"].terminal)
        self.assertEqual(limits.RESUME_WINDOW_SEC, 600)
        self.assertIn("The event kind `progress`.", session.FEATURE_FACTS["progress"].gates)
        self.assertTrue(error.ERROR_CODE_FACTS["INTERNAL_ERROR"].pinned)


if __name__ == "__main__":
    unittest.main()
