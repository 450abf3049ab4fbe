"""`revenuer guard policy check FILE`: every fault of a policy file, with its place."""

import json
import time
from dataclasses import asdict
from pathlib import Path

import click

from revenuer.guard.policy import PolicyReading, read_policy
from revenuer.guard.policy.read import policy_bytes


@click.command(name="check")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print version and faults as JSON.")
def command(file: Path, as_json: bool) -> int:
    """Tell every fault of the policy FILE with line, column and key.

    Exit code 0: it can be used (there may be warnings); 2: it cannot.
    """
    reading = read_policy(policy_bytes(file), str(file), now=time.time_ns() // 1000)
    if as_json:
        faults = [asdict(fault) for fault in reading.faults]
        version = reading.policy.version if reading.policy is not None else None
        click.echo(
            json.dumps({"usable": version is not None, "version": version, "faults": faults}, indent=2)
        )
    else:
        click.echo(_text(reading, file))
    return 0 if reading.policy is not None else 2


def _text(reading: PolicyReading, file: Path) -> str:
    lines = [str(fault) for fault in reading.faults]
    errors = sum(fault.severity == "error" for fault in reading.faults)
    if reading.policy is None:
        lines.append(f"{file} cannot be used: {errors} fault{'s' if errors != 1 else ''}")
        return "\n".join(lines)
    policy = reading.policy
    mode = "shadow mode, acts on nobody" if policy.shadow else "live"
    if policy.shadow and policy.enforce:
        mode = f"shadow mode, but {', '.join(sorted(policy.enforce))} act"
    lines.append(f"{file} can be used: version {policy.version}, {len(policy.rules)} rules, {mode}")
    return "\n".join(lines)
