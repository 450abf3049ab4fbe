"""A model server for tests: speaks OpenAI's and Anthropic's languages, remembers what it was asked, and streams only as told.

A user message may hold orders, words of the form `name=value`: `gate=NAME` has a stream stop after its first piece until the gate is
opened; `think=SIGNATURE` has the answer carry a reasoning block with that signature; `logprob=X` has each token carry the
log-probability X, with alternatives that lie 1, 2 ... nats below, where log-probabilities are asked for.
"""

import asyncio
import contextlib
import json
import socket
import threading
from collections.abc import Iterator
from typing import Any

import uvicorn

Message = dict[str, Any]


class ModelServer:
    """`asked`: (path, headers, body) of every request. Runs in a thread of its own."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, str], dict[str, Any]]] = []
        self.gates: dict[str, threading.Event] = {}
        self.address = ""

    def gate(self, name: str) -> threading.Event:
        """Return the gate of this name; `set` opens it."""
        return self.gates.setdefault(name, threading.Event())

    async def __call__(self, scope: Message, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            return await lifespan(receive, send)
        if scope["type"] != "http":
            return None
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        request = json.loads(body) if body else {}
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        self.asked.append((scope["path"], headers, request))
        orders = orders_in(request)
        if not request.get("logprobs"):
            orders.pop("logprob", None)
        if request.get("stream"):
            await self._stream(send, scope["path"], orders)
        else:
            await answer(send, whole(scope["path"], orders))
        return None

    async def _stream(self, send: Any, path: str, orders: dict[str, str]) -> None:
        head = [(b"content-type", b"text/event-stream"), (b"cache-control", b"no-cache")]
        await send({"type": "http.response.start", "status": 200, "headers": head})
        first, *rest = pieces(path, orders)
        await send({"type": "http.response.body", "body": first, "more_body": True})
        if "gate" in orders:
            opened = await asyncio.to_thread(self.gate(orders["gate"]).wait, 30)
            assert opened, "nobody opened the gate: what stands before this server holds the answer back"
        for piece in rest:
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


@contextlib.contextmanager
def running(application: Any) -> Iterator[str]:
    """Serve an ASGI application on a free port of the loopback; gives its address."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(128)
        settings = uvicorn.Config(
            application, log_level="error", timeout_graceful_shutdown=5, proxy_headers=False
        )
        server = uvicorn.Server(settings)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(20)
            assert not thread.is_alive()


@contextlib.contextmanager
def model_server() -> Iterator[ModelServer]:
    """Run a model server."""
    model = ModelServer()
    with running(model) as address:
        model.address = address
        try:
            yield model
        finally:
            for gate in model.gates.values():
                gate.set()


async def lifespan(receive: Any, send: Any) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return


async def answer(send: Any, said: dict[str, Any], status: int = 200) -> None:
    body = json.dumps(said).encode()
    head = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": head})
    await send({"type": "http.response.body", "body": body})


def orders_in(request: dict[str, Any]) -> dict[str, str]:
    """Return the orders in the last message."""
    messages = request.get("messages") or request.get("input") or request.get("prompt") or ""
    last = messages[-1] if isinstance(messages, list) else messages
    content = last.get("content") if isinstance(last, dict) else last
    text = content if isinstance(content, str) else json.dumps(content).replace('"', " ")
    return dict(word.split("=", 1) for word in text.split() if "=" in word)


def whole(path: str, orders: dict[str, str]) -> dict[str, Any]:
    """Return a complete answer."""
    thought = {"type": "thinking", "thinking": "hm", "signature": orders.get("think", "")}
    if path.endswith("/messages"):
        content = [*([thought] if "think" in orders else []), {"type": "text", "text": "answered"}]
        usage = {"input_tokens": 3, "output_tokens": 5}
        return {
            "id": "msg_1", "type": "message", "role": "assistant", "model": "m", "content": content,
            "stop_reason": "end_turn", "stop_sequence": None, "usage": usage,
        }  # fmt: skip
    usage = {"prompt_tokens": 3, "completion_tokens": 5, "total_tokens": 8}
    told = logprobs_of(path, "answered", float(orders["logprob"])) if "logprob" in orders else None
    is_chat = not path.endswith("/v1/completions")
    spoken = {"message": {"role": "assistant", "content": "answered"}} if is_chat else {"text": "answered"}
    choice = {"index": 0, **spoken, "finish_reason": "stop", "logprobs": told}
    return {
        "id": "c1",
        "object": "chat.completion" if is_chat else "text_completion",
        "created": 1,
        "model": "m",
        "choices": [choice],
        "usage": usage,
    }


def logprobs_of(path: str, text: str, logprob: float) -> dict[str, Any]:
    """Return the log-probabilities of a text of one token, with three alternatives."""
    alternatives = {text: logprob, "b": logprob - 1, "c": logprob - 2, "d": logprob - 3}
    if path.endswith("/v1/completions"):
        return {
            "tokens": [text],
            "token_logprobs": [logprob],
            "top_logprobs": [alternatives],
            "text_offset": [0],
        }
    listed = [{"token": token, "logprob": value, "bytes": None} for token, value in alternatives.items()]
    return {"content": [{**listed[0], "top_logprobs": listed}], "refusal": None}


def pieces(path: str, orders: dict[str, str]) -> list[bytes]:
    """Return a streamed answer, piece by piece."""
    if path.endswith("/messages"):
        start = {"type": "message_start", "message": {**whole(path, {}), "content": [], "stop_reason": None}}
        signed = {"type": "signature_delta", "signature": orders.get("think", "")}
        events = [
            start,
            {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
            {"type": "content_block_delta", "index": 0, "delta": signed},
            {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "answered"}},
            {"type": "content_block_stop", "index": 0},
            {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 5}},
            {"type": "message_stop"},
        ]
        if "think" not in orders:
            del events[2]
        return [f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode() for event in events]
    chunk = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    deltas = [{"role": "assistant", "content": "answered "}, {"content": "piece by piece"}]
    choices = [{"index": 0, "delta": delta, "finish_reason": None} for delta in deltas]
    if "logprob" in orders:
        for choice in choices:
            choice["logprobs"] = logprobs_of(path, "answered", float(orders["logprob"]))
    choices.append({"index": 0, "delta": {}, "finish_reason": "stop"})
    said = [json.dumps({**chunk, "choices": [choice]}) for choice in choices]
    return [f"data: {text}\n\n".encode() for text in (*said, "[DONE]")]
