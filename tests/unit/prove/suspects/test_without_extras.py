"""What works on text and log-probabilities works without torch, transformers and httpx; the rest names what to install."""

import subprocess
import sys
from pathlib import Path

WITHOUT = """
import sys
from pathlib import Path

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("torch", "transformers", "safetensors", "tokenizers", "httpx"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Absent())
from revenuer.cli import prove_ask, prove_safety
from revenuer.prove.suspects import load_weights, read_answers
from revenuer.prove.suspects.endpoint import Endpoint, EndpointSettings, ExchangeLog
from revenuer.records import MissingDependencyError
print(read_answers(Path("answers.jsonl")).counts.kept)
settings = EndpointSettings(base_url="http://127.0.0.1:9/v1", model="m")
for ask in (
    lambda: load_weights(Path(".")),
    lambda: Endpoint(settings, ExchangeLog(Path("log"), "http://127.0.0.1:9/v1", "m"), consent=print),
):
    try:
        ask()
    except MissingDependencyError as error:
        print("revenuer[prove]" in str(error))
"""


def test_the_extra_is_named_where_it_is_needed(tmp_path: Path) -> None:
    (tmp_path / "answers.jsonl").write_text('{"prompt_id": "p", "prompt": "q", "text": "t"}\n')
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.stdout.split() == ["1", "True", "True"], done.stderr
