"""What the vectors cannot say: exact numbers, secrets, hostile JSON, errors of the writer."""

from __future__ import annotations

import copy
import dataclasses
import json
import pickle
import unittest
from decimal import Decimal
from typing import cast

from arcp_generated import (
    MISSING,
    ArcpError,
    DecodeError,
    EncodeError,
    Envelope,
    Secret,
    UnknownMessage,
    decode_envelope,
    encode_envelope,
    envelope,
    error,
    errors,
    is_retryable,
    job,
    limits,
    session,
)
from test_usage import PING

HEAD = '"arcp":"1.1","id":"m1","session_id":"s1","job_id":"j1"'


def event(kind: str, body: str, seq: str = "1") -> str:
    """Write a `job.event`."""
    return f'{{{HEAD},"type":"job.event","event_seq":{seq},"payload":{{"kind":"{kind}","body":{body}}}}}'


def submit(given: str) -> str:
    """Write a `job.submit` with an input."""
    return f'{{{HEAD},"type":"job.submit","payload":{{"agent":"a","input":{given}}}}}'


def broken(frame: Envelope, **changes: object) -> Envelope:
    """Give a frame values that its types forbid."""
    return dataclasses.replace(frame, **cast("dict[str, str]", changes))


class Promises(unittest.TestCase):
    """One test for each promise of the package's README."""

    def test_64_bit_integers_are_exact(self) -> None:
        frame = decode_envelope(event("thought", '{"text":"t"}', "9223372036854775807"))
        assert isinstance(frame, envelope.JobEvent)
        self.assertEqual(frame.event_seq, 9223372036854775807)
        self.assertIn('"event_seq":9223372036854775807', encode_envelope(frame))

    def test_money_keeps_its_digits(self) -> None:
        for digits in ("1.50", "0.12345678901234567890123456789", "99999999999999999999.5", "-0.12", "7"):
            frame = decode_envelope(event("metric", f'{{"name":"cost.x","value":{digits},"unit":"USD"}}'))
            assert isinstance(frame, envelope.JobEvent) and isinstance(frame.payload, job.MetricEvent)
            self.assertEqual(str(frame.payload.body.value), digits)
            self.assertIsInstance(frame.payload.body.value, Decimal)
            self.assertIn(f'"value":{digits},', encode_envelope(frame))

    def test_numbers_of_free_form_json_keep_their_value(self) -> None:
        frame = decode_envelope(submit('{"a":1.0,"b":9007199254740993,"c":0.1234567890123456789,"d":1E+400}'))
        assert isinstance(frame, envelope.JobSubmit)
        expected = {"a": Decimal("1.0"), "b": 9007199254740993, "c": Decimal("0.1234567890123456789"), "d": Decimal("1E+400")}
        self.assertEqual(frame.payload.input, expected)
        self.assertIn('{"a":1.0,"b":9007199254740993,"c":0.1234567890123456789,"d":1E+400}', encode_envelope(frame))

    def test_null_is_told_from_missing_where_it_is_a_value(self) -> None:
        head = f'{{{HEAD},"type":"job.result","event_seq":2,"payload":{{"final_status":"success"'
        null, missing = decode_envelope(head + ',"result":null}}'), decode_envelope(head + "}}")
        assert isinstance(null, envelope.JobResult) and isinstance(missing, envelope.JobResult)
        self.assertIsNone(null.payload.result)
        self.assertIs(missing.payload.result, MISSING)
        self.assertIn('"result":null', encode_envelope(null))
        self.assertNotIn('"result"', encode_envelope(missing))

    def test_secrets_do_not_print(self) -> None:
        auth = session.Auth(scheme="bearer", token=Secret("hunter2"))
        hello = session.Hello(client=session.ClientInfo(name="c"), auth=auth)
        frame = envelope.SessionHello(id="m1", payload=hello)
        token = auth.token
        assert token is not None
        shown = [repr(frame), str(frame), f"{token}", f"{token:>9}", repr(token), str(copy.deepcopy(frame)), str(dataclasses.asdict(frame))]
        for text in shown:
            self.assertNotIn("hunter2", text)
            self.assertIn("***", text)
        with self.assertRaises(TypeError):
            pickle.dumps(frame)
        self.assertEqual(token.reveal(), "hunter2")
        self.assertEqual(token, Secret("hunter2"))
        self.assertNotEqual(token, Secret("hunter3"))
        self.assertIn('"token":"hunter2"', encode_envelope(frame))
        self.assertEqual(decode_envelope(encode_envelope(frame)), frame)

    def test_a_bad_secret_is_not_quoted(self) -> None:
        with self.assertRaises(DecodeError) as caught:
            decode_envelope('{"arcp":"1.1","id":"m1","type":"session.resume","payload":{"resume_token":"hunter 2","last_event_seq":0}}')
        self.assertEqual(caught.exception.path, "payload.resume_token")
        self.assertNotIn("hunter", str(caught.exception))

    def test_what_is_not_known_is_kept(self) -> None:
        later = f'{{{HEAD},"type":"x-vendor.acme.note","payload":{{"n":1.50,"list":[null,true]}},"x-vendor.acme":{{"a":1}}}}'
        frame = decode_envelope(later)
        assert isinstance(frame, UnknownMessage)
        self.assertEqual(frame.type, "x-vendor.acme.note")
        self.assertEqual(json.loads(encode_envelope(frame)), json.loads(later))
        kind = decode_envelope(event("x-vendor.acme.k", '{"b":[1]}'))
        assert isinstance(kind, envelope.JobEvent) and isinstance(kind.payload, job.UnknownEvent)
        self.assertEqual(kind.payload.kind, "x-vendor.acme.k")
        failed = decode_envelope(f'{{{HEAD},"type":"job.error","event_seq":2,"payload":{{"code":"X_VENDOR_CODE","message":"m"}}}}')
        assert isinstance(failed, envelope.JobError)
        raised = ArcpError.of(failed.payload)
        self.assertIs(type(raised), ArcpError)
        self.assertEqual((raised.code, raised.retryable, str(raised)), ("X_VENDOR_CODE", False, "m"))

    def test_an_unknown_tag_does_not_smuggle_a_known_one_past_its_checks(self) -> None:
        with self.assertRaises(EncodeError) as caught:
            encode_envelope(UnknownMessage(id="m1", type="session.ping", session_id="s", payload={}))
        self.assertEqual(caught.exception.path, "payload.nonce")

    def test_each_code_has_its_class(self) -> None:
        for code, facts in error.ERROR_CODE_FACTS.items():
            raised = ArcpError.of(error.Error(code=code))
            self.assertEqual(type(raised).__name__, facts.name)
            self.assertEqual(type(raised).wire_code, code)
            self.assertEqual(raised.retryable, facts.retryable)
        self.assertEqual(errors.BudgetExhausted.__bases__, (ArcpError,))

    def test_retryable_follows_the_pin_the_error_and_the_default_in_this_order(self) -> None:
        self.assertFalse(is_retryable(error.Error(code="LEASE_EXPIRED", retryable=True)))
        self.assertTrue(is_retryable(error.Error(code="INTERNAL_ERROR", retryable=False)))
        self.assertTrue(is_retryable(error.Error(code="TIMEOUT")))
        self.assertFalse(is_retryable(error.Error(code="TIMEOUT", retryable=False)))

    def test_text_that_is_not_a_frame_is_refused_with_its_place(self) -> None:
        def deep(depth: int) -> str:
            return "[" * depth + "]" * depth

        cases = [
            ("", r"^frame: not JSON: line 1 column 1"),
            ("{", r"^frame: not JSON"),
            ('{"a":1,\n "a":2}', r'^frame: not JSON: the member "a" occurs twice'),
            ('{"a":"\\ud800"}', r"lone surrogate"),
            ('{"\\ud800":1}', r"lone surrogate"),
            ('{"a":"\t"}', r"not JSON"),
            ('{"a":01}', r"not JSON"),
            ('{"a":NaN}', r"not JSON: NaN is no number"),
            ("[] []", r"not JSON"),
            ("[]", r"^frame: expected an object, found a list"),
            ("null", r"^frame: expected an object, found null"),
            ('{"type":"session.ping"}', r"^session\.ping: at arcp: required, but missing"),
            (submit(deep(limits.FRAME_DEPTH)), r"nested more than"),
            (deep(200_000), r"nested more than"),
            (submit("1" * (limits.NUMBER_CHARS + 1)), r"a number of more than"),
        ]
        for text, expected in cases:
            with self.subTest(text[:60]), self.assertRaisesRegex(DecodeError, expected):
                decode_envelope(text)
        decode_envelope(submit(deep(limits.FRAME_DEPTH - 2)))

    def test_what_may_not_be_written_is_refused_with_its_place(self) -> None:
        asks = envelope.JobSubmit(id="m1", session_id="s", payload=job.Submit(agent="a"))
        cases: list[tuple[Envelope, str]] = [
            (broken(PING, payload=session.Ping(nonce="")), "payload.nonce"),
            (broken(PING, payload=session.Ping(nonce=cast("str", 5))), "payload.nonce"),
            (broken(PING, payload=session.Ack(last_processed_seq=1)), "payload"),
            (broken(PING, payload=None), "payload"),
            (broken(PING, session_id=None), "session_id"),
            (broken(PING, id=""), "id"),
            (broken(PING, arcp="2.0"), "arcp"),
            (broken(PING, vendor={"mine": 1}), "mine"),
            (broken(PING, vendor={"x-vendor.acme": {"f": object()}}), '["x-vendor.acme"].f'),
            (broken(asks, payload=job.Submit(agent="a", input=[1, float("nan")])), "payload.input[1]"),
            (broken(asks, payload=job.Submit(agent="a", input="\ud800")), ""),
            (broken(asks, payload=job.Submit(agent="a", max_runtime_sec=True)), "payload.max_runtime_sec"),
            (cast("Envelope", None), ""),
        ]
        for frame, path in cases:
            with self.subTest(path), self.assertRaises(EncodeError) as caught:
                encode_envelope(frame)
            self.assertEqual(caught.exception.path, path)


if __name__ == "__main__":
    unittest.main()
