"""The contract agent on the Python SDK's runtime, so that the kit can drive it with nothing but frames.

Usage: python_probe.py TOKENS [HEARTBEAT RESUME_WINDOW IDEMPOTENCY_WINDOW]
TOKENS is a file with TOKEN=PRINCIPAL on each line. The address is printed once it listens.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import sys
import time
from typing import Any

from arcp import _errors as errors
from arcp._messages.session import RuntimeInfo
from arcp._transport.websocket import serve_websocket
from arcp.runtime import ARCPRuntime, JobContext, StaticBearerVerifier

PATHS = {"fs.read": "path", "fs.write": "path", "net.fetch": "url"}


def fill(value: Any, index: int | None) -> Any:
    """Replaces `{i}` in every string by the round's number."""
    if index is None:
        return value
    if isinstance(value, str):
        return value.replace("{i}", str(index))
    if isinstance(value, list):
        return [fill(item, index) for item in value]
    if isinstance(value, dict):
        return {name: fill(item, index) for name, item in value.items()}
    return value


class Ended(Exception):
    """A `return` step."""

    def __init__(self, result: Any) -> None:
        super().__init__()
        self.result = result


class Probe:
    """One run of a script."""

    def __init__(self, ctx: JobContext) -> None:
        self.ctx = ctx
        self.calls = 0
        self.stream: Any = None

    async def run(self, steps: list[dict[str, Any]], index: int | None = None) -> None:
        for step in steps:
            ((name, body),) = step.items()
            if name == "repeat":
                for number in range(body["n"]):
                    await self.run(body["do"], number)
                continue
            await getattr(self, "do_" + name)(fill(body, index))

    async def do_log(self, body: Any) -> None:
        await self.ctx.log(body.get("level", "info"), body["message"])

    async def do_thought(self, body: Any) -> None:
        await self.ctx.thought(body["text"])

    async def do_status(self, body: Any) -> None:
        await self.ctx.status(body["phase"], body.get("message"))

    async def do_metric(self, body: Any) -> None:
        await self.ctx.metric(body)

    async def do_artifact(self, body: Any) -> None:
        await self.ctx.job.emit_event("artifact_ref", body)

    async def do_progress(self, body: Any) -> None:
        rest = {name: value for name, value in body.items() if name != "current"}
        await self.ctx.progress(body["current"], **rest)

    async def do_vendor(self, body: Any) -> None:
        await self.ctx.job.emit_event(body["kind"], body["body"])

    async def do_chunk(self, body: Any) -> None:
        if self.stream is None:
            self.stream = self.ctx.stream_result()
        if "data" in body:
            await self.stream.write(body["data"])
        elif "base64" in body:
            await self.stream.write(base64.b64decode(body["base64"]))
        else:
            await self.stream.write(("0123456789" * (body["bytes"] // 10 + 1))[: body["bytes"]])

    async def do_call(self, body: Any) -> None:
        tool = body["tool"]
        capability = tool if tool in PATHS else "tool.call"
        target = body.get("args", {}).get(PATHS[tool]) if tool in PATHS else tool
        await self.operation(capability, target, tool, body)
        for currency, amount in body.get("cost", {}).items():
            await self.ctx.metric({"name": "cost." + tool, "value": amount, "unit": currency})

    async def do_model(self, body: Any) -> None:
        await self.operation("model.use", body["id"], "model", body)

    async def operation(self, capability: str, target: Any, tool: str, body: Any) -> None:
        self.calls += 1
        call = f"c{self.calls}"
        await self.ctx.tool_call({"tool": tool, "args": body.get("args", {}), "call_id": call})
        try:
            if capability == "model.use":
                self.ctx.authorize_model(target)
            else:
                self.ctx.authorize(capability, target)
        except errors.ARCPError as error:
            await self.ctx.tool_result({"call_id": call, "error": error.to_payload()})
            if body.get("fatal"):
                raise
            return
        await self.ctx.tool_result({"call_id": call, "result": body.get("result")})

    async def do_delegate(self, body: Any) -> None:
        # The SDK has no delegation of its own: an event is all that an agent can emit.
        await self.ctx.job.emit_event("delegate", {"delegate_id": "d1", **body})

    async def do_rotate(self, body: Any) -> None:
        credential = self.ctx.credentials[body["credential"]]
        await self.ctx.rotate_credential(credential.id, body["value"])

    async def do_sleep(self, body: Any) -> None:
        await asyncio.sleep(body["ms"] / 1000)

    async def do_block(self, _body: Any) -> None:
        await asyncio.Event().wait()

    async def do_stubborn(self, body: Any) -> None:
        end = time.monotonic() + body["ms"] / 1000
        while time.monotonic() < end:
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.sleep(end - time.monotonic())

    async def do_spin(self, body: Any) -> None:
        end = time.monotonic() + body["ms"] / 1000
        while time.monotonic() < end:
            pass

    async def do_return(self, body: Any) -> None:
        raise Ended(body)

    async def do_fail(self, body: Any) -> None:
        raise errors.error_class_for(body["code"])(
            body.get("message", body["code"]), retryable=body.get("retryable")
        )

    async def do_panic(self, body: Any) -> None:
        raise RuntimeError(body.get("message", "panic"))


async def probe(script: Any, ctx: JobContext, version: str) -> Any:
    """Does what its input says."""
    if not isinstance(script, dict) or not isinstance(script.get("do"), list):
        raise errors.InvalidRequestError("input: write {do: [step, …]}")
    run = Probe(ctx)
    try:
        await run.run(script["do"])
    except Ended as ended:
        if version == "1.0.0" and isinstance(ended.result, dict):
            return {**ended.result, "version": version}
        return ended.result
    if run.stream is not None:
        return await run.stream.close()
    return None


async def main() -> None:
    with open(sys.argv[1], encoding="utf-8") as file:
        tokens = dict(line.strip().split("=", 1) for line in file if line.strip())
    limits = [int(word) for word in sys.argv[2:]]
    more = (
        dict(zip(("heartbeat_interval_sec", "resume_window_sec", "idempotency_ttl_sec"), limits))
        if limits
        else {}
    )
    runtime = ARCPRuntime(
        runtime=RuntimeInfo(name="python-sdk", version="1.1.3"),
        bearer=StaticBearerVerifier(tokens),
        **more,
    )

    async def first(script: Any, ctx: JobContext) -> Any:
        return await probe(script, ctx, "1.0.0")

    async def second(script: Any, ctx: JobContext) -> Any:
        return await probe(script, ctx, "2.0.0")

    runtime.register_agent_version("probe", "1.0.0", first)
    runtime.register_agent_version("probe", "2.0.0", second)
    runtime.set_default_agent_version("probe", "2.0.0")
    server = await serve_websocket(runtime.accept, host="127.0.0.1", port=0)
    port = next(iter(server.sockets)).getsockname()[1]
    print(f"listening on ws://127.0.0.1:{port}/arcp", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
