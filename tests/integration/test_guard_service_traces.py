"""Traces reach a collector, and carry no text."""

import contextlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from builders.guard_service import running


@contextlib.contextmanager
def collector() -> Iterator[tuple[str, list[bytes]]]:
    """Give the address of an OTLP collector that keeps the bodies it is sent."""
    got: list[bytes] = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            got.append(body)
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Collector) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/v1/traces", got
        finally:
            server.shutdown()
            thread.join()


def test_one_span_a_decision() -> None:
    with collector() as (address, got):
        with running("--otlp", address, "--otlp-share", "1") as service:
            for number in range(3):
                event = {"account_id": "a", "request_id": f"span-{number}", "prompt": "zebra"}
                assert service.ask("POST", "/v1/decide", event).status == 200
            code, _ = service.stop()
        assert code == 0
        sent = b"".join(got)
    assert [b"span-%d" % number in sent for number in range(3)] == [True] * 3
    assert sent.count(b"guard.decide") == 3
    assert b"revenuer.action" in sent
    assert b"zebra" not in sent
