"""An OpenAI-compatible server over a tiny random model, with the ways of several real ones, and with faults on order.

It computes its figures from the model itself, one text at a time, and shares no code with what it tests.
"""

import asyncio
import contextlib
import json
import threading
from collections.abc import Callable, Iterator
from typing import Any

from builders.model_server import lifespan, running
from builders.tiny_weights import tiny_model, tiny_tokenizer

Fault = str
"""`429`, `500`, `503`, `400` and so on: that status. `die`: the connection ends in the middle of the body. `truncated`: half of the JSON with
status 200. `not json`, `error in 200`, `slow` (answers after `slow_s`), `filtered`: a content filter's 400."""


class SuspectServer:
    """`asked`: (path, headers, body) of every request. `fault`: called with the request's number from 0 and its body; returns a fault or None.

    `lacks`: `chat`, `completions`, `echo`, `prompt_logprobs`, `max_tokens=0`, `seed`: answered with 400, as servers do. `opening`: the
    tokenizer's opening token is spelled among the echoed tokens, as vLLM does.
    """

    def __init__(
        self, *, lacks: frozenset[str] = frozenset(), seed: int = 0, key: str = "", slow_s: float = 0.05
    ) -> None:
        self.tokenizer = tiny_tokenizer()
        self.model = tiny_model(len(self.tokenizer), seed=seed)
        self.lacks, self.key, self.slow_s = lacks, key, slow_s
        self.asked: list[tuple[str, dict[str, str], dict[str, Any]]] = []
        self.fault: Callable[[int, dict[str, Any]], Fault | None] = lambda number, body: None
        self.retry_after = "0"
        self.address = ""
        self._lock = threading.Lock()

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await lifespan(receive, send)
            return
        raw = b""
        while True:
            message = await receive()
            raw += message.get("body", b"")
            if not message.get("more_body"):
                break
        body = json.loads(raw)
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        with self._lock:
            number = len(self.asked)
            self.asked.append((scope["path"], headers, body))
        if self.key and headers.get("authorization") != f"Bearer {self.key}":
            given = headers.get("authorization", "no key")
            await _send(send, 401, {"error": {"message": f"Incorrect API key provided: {given}"}})
            return
        await self._answer(send, scope["path"], body, self.fault(number, body))

    async def _answer(self, send: Any, path: str, body: dict[str, Any], fault: Fault | None) -> None:
        if fault == "slow":
            await asyncio.sleep(self.slow_s)
            fault = None
        if fault == "filtered":
            await _send(
                send,
                400,
                {"error": {"code": "content_filter", "message": "the content_filter was triggered"}},
            )
        elif fault is not None and fault.isdigit():
            await _send(
                send, int(fault), {"error": {"message": f"fault {fault}"}}, retry_after=self.retry_after
            )
        elif fault == "error in 200":
            await _send(send, 200, {"error": {"message": "upstream is away"}})
        elif fault == "not json":
            await _send(send, 200, b"<html>oops</html>")
        else:
            status, said = await asyncio.to_thread(self._compute, path, body)
            whole = json.dumps(said).encode()
            if fault == "truncated":
                await _send(send, 200, whole[: len(whole) // 2])
            elif fault == "die":
                await _die(send, whole)
            else:
                await _send(send, status, said)

    def _compute(self, path: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        missing = self._missing(path, body)
        if missing:
            return 400, {"error": {"message": f"{missing} is not supported", "type": "BadRequestError"}}
        if body["model"] != "tiny":
            return 404, {"error": {"message": f"The model {body['model']} does not exist"}}
        chat = path.endswith("/chat/completions")
        text = "".join(message["content"] for message in body["messages"]) if chat else body["prompt"]
        ids = self.tokenizer(text)["input_ids"]
        if len(ids) > 128:
            return 400, {"error": {"message": "This model's maximum context length is 128 tokens"}}
        with self._lock:
            more = self._generated(ids, body)
            rows = self._logprobs(ids + more)
        answer = self.tokenizer.decode([token for token in more if token != 1])
        choice: dict[str, Any] = {
            "index": 0,
            "finish_reason": "stop" if 1 in more else "length",
            "logprobs": None,
        }
        if chat:
            choice["message"] = {"role": "assistant", "content": answer}
        else:
            choice["text"] = text + answer if body.get("echo") else answer
        if not chat and body.get("logprobs") is not None:
            choice["logprobs"] = self._echoed(
                ids + more if body.get("echo") else more, rows[-len(ids + more) :]
            )
        if not chat and body.get("prompt_logprobs") is not None:
            choice["prompt_logprobs"] = self._prompt_logprobs(ids, rows, int(body["prompt_logprobs"]))
        usage = {"prompt_tokens": len(ids), "completion_tokens": len(more), "total_tokens": len(ids + more)}
        return 200, {"id": "cmpl-1", "model": "tiny", "choices": [choice], "usage": usage}

    def _missing(self, path: str, body: dict[str, Any]) -> str | None:
        wanted = {
            "chat": path.endswith("/chat/completions"),
            "completions": not path.endswith("/chat/completions"),
            "echo": bool(body.get("echo")),
            "prompt_logprobs": "prompt_logprobs" in body,
            "max_tokens=0": body["max_tokens"] == 0,
            "seed": "seed" in body,
        }
        return next((name for name in sorted(self.lacks) if wanted[name]), None)

    def _generated(self, ids: list[int], body: dict[str, Any]) -> list[int]:
        import torch

        torch.set_num_threads(1)
        own = torch.Generator().manual_seed(int(body.get("seed", 0)))
        more: list[int] = []
        for _ in range(min(body["max_tokens"], 128 - len(ids))):
            with torch.inference_mode():
                logits = self.model(torch.tensor([ids + more])).logits[0, -1]
            token = int(
                torch.multinomial(torch.softmax(logits / body.get("temperature", 1.0), -1), 1, generator=own)
                if body.get("temperature", 1.0) > 0
                else logits.argmax()
            )
            more.append(token)
            if token == 1:
                break
        return more

    def _logprobs(self, ids: list[int]) -> list[list[float]]:
        import torch

        with torch.inference_mode():
            found: list[list[float]] = torch.log_softmax(
                self.model(torch.tensor([ids])).logits[0].float(), -1
            ).tolist()
        return found

    def _echoed(self, ids: list[int], rows: list[list[float]]) -> dict[str, Any]:
        tokens = [self.tokenizer.decode([token]) for token in ids]
        offsets = [sum(map(len, tokens[:i])) for i in range(len(tokens))]
        logprobs = [None, *(rows[i - 1][ids[i]] for i in range(1, len(ids)))]
        return {"tokens": tokens, "token_logprobs": logprobs, "text_offset": offsets, "top_logprobs": None}

    def _prompt_logprobs(
        self, ids: list[int], rows: list[list[float]], top: int
    ) -> list[dict[str, Any] | None]:
        found: list[dict[str, Any] | None] = [None]
        for i in range(1, len(ids)):
            row = rows[i - 1]
            order = sorted(range(len(row)), key=lambda token: -row[token])
            listed = dict.fromkeys([ids[i], *order[:top]])
            found.append(
                {
                    str(token): {
                        "logprob": row[token],
                        "rank": order.index(token) + 1,
                        "decoded_token": self.tokenizer.decode([token]),
                    }
                    for token in listed
                }
            )
        return found


async def _send(send: Any, status: int, said: Any, retry_after: str | None = None) -> None:
    body = said if isinstance(said, bytes) else json.dumps(said).encode()
    head = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    if retry_after is not None:
        head.append((b"retry-after", retry_after.encode()))
    await send({"type": "http.response.start", "status": status, "headers": head})
    await send({"type": "http.response.body", "body": body})


async def _die(send: Any, whole: bytes) -> None:
    """Promise the whole body, give half of it, and end: the server closes the connection."""
    head = [(b"content-type", b"application/json"), (b"content-length", str(len(whole)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": head})
    await send({"type": "http.response.body", "body": whole[: len(whole) // 2], "more_body": True})
    await asyncio.sleep(0.01)
    raise ConnectionResetError("ordered to die")


@contextlib.contextmanager
def suspect_server(**options: Any) -> Iterator[SuspectServer]:
    """Run such a server; its address ends in /v1."""
    server = SuspectServer(**options)
    with running(server) as address:
        server.address = f"{address}/v1"
        yield server
