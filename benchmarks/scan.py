"""How fast is a scan, how much memory and disk does it take, and where does the time go?

    python benchmarks/scan.py --workdir DIR [--scales 0.1 1 10] [--prompts FILE] [--cold] [--json FILE]

Logs of the scenario `city` are made under DIR once and used again. Beside each scan stands the floor, in the same run on the same
machine: DuckDB reads the same Parquet and hashes each prompt once. Each figure is taken in a process of its own; the first,
small scan that fills the compiler's cache is not counted (--cold shows what it costs). CPU seconds hardly depend on who else uses
the machine, wall seconds do: look at `waited`, the share of the wall time in which fewer than one core worked for us.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

STAGES = {
    "reading logs": "read",
    "sketching prompts": "sketch",
    "profiling accounts": "profile",
    "linking accounts": "link",
    "judging groups": "judge",
    "writing up": "write",
    "writing the report": "write",
}
NAMES = ("read", "sketch", "profile", "link", "judge", "write")
FLOOR_RUNS = 3
SAMPLE_S = 0.25
SEED = 1


class Clock:
    """Stands in for the progress bar: notes when each stage began."""

    def __init__(self, *_: object) -> None:
        self.marks: list[tuple[str, float, float]] = []
        CLOCKS.append(self)

    def stage(self, name: str, total: int | None = None) -> None:
        self.marks.append((STAGES.get(name, name), time.perf_counter(), time.process_time()))

    def advance(self, n: int = 1) -> None:
        return None

    def done(self) -> None:
        self.marks.append(("", time.perf_counter(), time.process_time()))

    def stages(self) -> dict[str, dict[str, float]]:
        """Return wall and CPU seconds by stage."""
        found: dict[str, dict[str, float]] = {}
        for (name, wall, cpu), (_, wall_after, cpu_after) in zip(self.marks, self.marks[1:], strict=False):
            entry = found.setdefault(name, {"wall_s": 0.0, "cpu_s": 0.0})
            entry["wall_s"] += wall_after - wall
            entry["cpu_s"] += cpu_after - cpu
        return found


CLOCKS: list[Clock] = []


def main() -> None:
    options = parse()
    if options.child == "scan":
        print(json.dumps(child_scan(options)))
    elif options.child == "floor":
        print(json.dumps(child_floor(options)))
    else:
        run(options)


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument(
        "--workdir", type=Path, required=True, help="where logs, scratch files and results go"
    )
    parser.add_argument(
        "--scales", type=float, nargs="+", default=[0.1, 1.0, 10.0], help="1 is a million exchanges"
    )
    parser.add_argument("--prompts", type=Path, help="real prompts for the simulator instead of its grammar")
    parser.add_argument("--memory", type=int, default=1500, help="MB for the engine, as in `scan --memory`")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--cold", action="store_true", help="also scan with an empty compiler cache")
    parser.add_argument("--json", type=Path, help="write the figures to this file too")
    parser.add_argument("--child", choices=("scan", "floor"), help=argparse.SUPPRESS)
    parser.add_argument("--log", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


def run(options: argparse.Namespace) -> None:
    options.workdir.mkdir(parents=True, exist_ok=True)
    logs = [(scale, make_log(options, scale)) for scale in sorted(options.scales)]
    cold = None
    if options.cold:
        with tempfile.TemporaryDirectory(dir=options.workdir) as cache:
            cold = child(options, "scan", logs[0][1], {"NUMBA_CACHE_DIR": cache})
    child(options, "scan", logs[0][1])
    rows = [measure(options, scale, log) for scale, log in logs]
    figures = {"prompts": "real" if options.prompts else "grammar", "scans": rows, "cold": cold}
    print(table(rows, cold))
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1) + "\n")


def make_log(options: argparse.Namespace, scale: float) -> Path:
    """Return the folder of the log at this scale, making it if it is not there."""
    kind = "prompts" if options.prompts else "grammar"
    folder: Path = options.workdir / f"city-{kind}-{scale:g}"
    if not folder.exists():
        from revenuer.simulate import simulate

        say(f"making {folder.name}")
        simulate("city", folder, seed=SEED, scale=scale, prompts=options.prompts)
    return folder


def measure(options: argparse.Namespace, scale: float, log: Path) -> dict[str, Any]:
    """Return the figures of floor and scan at one scale."""
    say(f"{log.name}: floor")
    floor = child(options, "floor", log)
    say(f"{log.name}: scan")
    return {"scale": scale, "floor": floor, "scan": child(options, "scan", log)}


def child(
    options: argparse.Namespace, what: str, log: Path, extra: dict[str, str] | None = None
) -> dict[str, Any]:
    arguments = ["--workdir", options.workdir, "--memory", options.memory, "--threads", options.threads]
    done = subprocess.run(
        [sys.executable, __file__, "--child", what, "--log", str(log), *map(str, arguments)],
        stdout=subprocess.PIPE,
        check=True,
        text=True,
        env={**os.environ, **(extra or {})},
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def child_floor(options: argparse.Namespace) -> dict[str, Any]:
    """Read the log's Parquet and hash each prompt once; the best of a few runs."""
    from revenuer.engine import DuckDBEngine

    best: dict[str, Any] = {"wall_s": float("inf")}
    with (
        tempfile.TemporaryDirectory(dir=options.workdir) as scratch,
        DuckDBEngine(Path(scratch), memory_mb=options.memory, threads=options.threads) as engine,
    ):
        engine.read_parquet("given", [options.log / "exchanges.parquet"])
        for _ in range(FLOOR_RUNS):
            wall, cpu = time.perf_counter(), time.process_time()
            found = engine.query("SELECT count(*) AS n, bit_xor(hash(prompt)) AS h FROM given").to_pylist()[0]
            wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
            if wall < best["wall_s"]:
                best = {"rows": found["n"], "wall_s": wall, "cpu_s": cpu}
    return best


def child_scan(options: argparse.Namespace) -> dict[str, Any]:
    """Scan the log as `revenuer scan` does."""
    started, cpu_started = time.perf_counter(), time.process_time()
    from revenuer.cli import run_scan as module

    imported = time.perf_counter() - started
    module.ConsoleProgress = Clock  # type: ignore[assignment, misc]
    with tempfile.TemporaryDirectory(dir=options.workdir) as folder:
        scratch = Path(folder) / "scratch"
        scratch.mkdir()
        chosen = module.ScanOptions(
            accounts=str(options.log / "accounts.parquet"),
            workdir=scratch,
            memory_mb=options.memory,
            threads=options.threads,
        )
        with watched(scratch) as disk:
            result = module.run_scan([str(options.log / "exchanges.parquet")], Path(folder) / "out", chosen)
        left = any(scratch.iterdir())
    return {
        "rows": result.input.exchanges,
        "accounts": result.input.accounts,
        "campaigns": len(result.campaigns),
        "wall_s": time.perf_counter() - started,
        "cpu_s": time.process_time() - cpu_started,
        "import_s": imported,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        / (1 << 20 if sys.platform == "darwin" else 1 << 10),
        "scratch_mb": disk[0] / (1 << 20),
        "scratch_left": left,
        "stages": CLOCKS[-1].stages(),
    }


@contextmanager
def watched(folder: Path) -> Iterator[list[int]]:
    """Yield a list whose only entry is the most bytes that the files under `folder` have taken."""
    most, over = [0], threading.Event()

    def watch() -> None:
        while not over.wait(SAMPLE_S):
            most[0] = max(most[0], taken(folder))

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield most
    finally:
        over.set()
        thread.join()


def taken(folder: Path) -> int:
    total = 0
    for root, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.stat(os.path.join(root, name)).st_blocks * 512
            except FileNotFoundError:
                continue
    return total


def table(rows: list[dict[str, Any]], cold: dict[str, Any] | None) -> str:
    """Return the figures as text."""
    lines = [
        f"{'rows':>11} {'accounts':>9} {'floor s':>8} {'floor CPU':>9} {'scan s':>8} {'scan CPU':>9} {'CPU ratio':>9} {'peak MB':>8} "
        f"{'disk MB':>8} {'us/row':>7} {'CPU us/row':>10} {'waited':>7}"
    ]
    for row in rows:
        floor, scan = row["floor"], row["scan"]
        n = scan["rows"]
        lines.append(
            f"{n:>11,} {scan['accounts']:>9,} {floor['wall_s']:>8.2f} {floor['cpu_s']:>9.2f} {scan['wall_s']:>8.1f} {scan['cpu_s']:>9.1f} "
            f"{scan['cpu_s'] / floor['cpu_s']:>9.1f} {scan['peak_mb']:>8,.0f} {scan['scratch_mb']:>8,.0f} "
            f"{scan['wall_s'] / n * 1e6:>7.1f} {scan['cpu_s'] / n * 1e6:>10.1f} {waited(scan):>7.0%}"
        )
    lines += [
        "",
        "share of CPU (wall s) by stage",
        f"{'rows':>11} " + " ".join(f"{name:>15}" for name in NAMES),
    ]
    for row in rows:
        stages, total = row["scan"]["stages"], row["scan"]["cpu_s"]
        cells = (
            f"{stages[s]['cpu_s'] / total:.0%} ({stages[s]['wall_s']:.1f})" if s in stages else "-"
            for s in NAMES
        )
        lines.append(f"{row['scan']['rows']:>11,} " + " ".join(f"{cell:>15}" for cell in cells))
    if len(rows) > 1:
        cost = [row["scan"]["cpu_s"] / row["scan"]["rows"] for row in rows]
        lines += [
            "",
            f"CPU per row, largest log over smallest: {cost[-1] / cost[0]:.2f}; over the one before: {cost[-1] / cost[-2]:.2f}",
        ]
    if cold is not None:
        lines += [
            "",
            f"first scan ever (kernels compiled): {cold['wall_s']:.1f} s, {cold['cpu_s']:.1f} CPU s on {cold['rows']:,} rows",
        ]
    return "\n".join(lines)


def waited(scan: dict[str, Any]) -> float:
    """Return the share of the wall time in which not even one core worked for the scan (waiting for a disk or a neighbour)."""
    return max(0.0, 1 - float(scan["cpu_s"]) / float(scan["wall_s"]))


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
