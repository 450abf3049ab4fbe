"""How every test of `revenuer prove` ends: its options, and verdict.json, report.html and evidence.zip written together."""

import functools
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import click
from rich.console import Console

from revenuer.prove.pack import EvidencePack, InputFile, Signer, pack_bytes, read_signing_key
from revenuer.prove.plan import PlanRead, check_reason, deviations, read_plan, registration_of
from revenuer.records import Outcome
from revenuer.records.suspect_verdict import SuspectVerdict
from revenuer.report import check_replaceable, json_bytes, write_directory
from revenuer.report.verdict_json import verdict_json
from revenuer.report.verdict_page import verdict_page
from revenuer.report.verdict_terminal import print_verdict

F = TypeVar("F", bound=Callable[..., Any])
ALPHA = 0.01
VERDICT_FILE, REPORT_FILE, PACK_FILE = "verdict.json", "report.html", "evidence.zip"
RESULT_FILES = frozenset({VERDICT_FILE, REPORT_FILE, PACK_FILE})


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultOptions:
    """Where a verdict goes, at which level it is judged, which plan it follows, and who signs. With a plan, `alpha` is the level that it gave
    each of its tests. `deviate`: the reason for leaving the plan, empty where nobody gave one."""

    out: Path
    alpha: float
    plan: PlanRead | None
    deviate: str
    signer: Signer | None
    as_json: bool

    def check_before(
        self,
        test: str,
        suspect: str,
        *,
        n: Mapping[str, int] | None = None,
        parameters: Mapping[str, Any] | None = None,
        inputs: Sequence[InputFile] | None = None,
    ) -> None:
        """Raise UsageError where what is about to be done is not what was planned and no reason was given. Call it before the suspect is asked, with
        what is known by then; `publish` compares everything again."""
        if self.plan is not None:
            left = deviations(
                self.plan,
                test=test,
                suspect=suspect,
                alpha=self.alpha,
                n=n,
                parameters=parameters,
                hashes=None if inputs is None else [one.sha256 for one in inputs],
            )
            check_reason(left, self.deviate)

    def planned_power(self, test: str) -> float | None:
        """Return the power that the plan gives a test, None without a plan, without that test in it, or where the plan is left."""
        if self.plan is None or self.deviate:
            return None
        found = [one.power for one in self.plan.plan.tests if one.test == test]
        return min(found) if found else None


def result_options(function: F) -> F:
    """Add --out, --alpha, --plan, --deviate, --sign-key and --json; the command gets them as one argument `result: ResultOptions`.

    They are checked before the command runs: a folder that cannot be replaced or a key that cannot be read is refused at once.
    """

    @functools.wraps(function)
    def wrapper(
        *args: Any,
        out: Path,
        alpha: float | None,
        plan: Path | None,
        deviate: str,
        sign_key: Path | None,
        as_json: bool,
        **kwargs: Any,
    ) -> Any:
        check_replaceable(out, RESULT_FILES)
        signer = None if sign_key is None else read_signing_key(sign_key)
        read = None if plan is None else read_plan(plan)
        result = ResultOptions(
            out=out, alpha=_alpha(alpha, read), plan=read, deviate=deviate, signer=signer, as_json=as_json
        )
        return function(*args, result=result, **kwargs)

    options = (
        click.option(
            "--out",
            required=True,
            type=click.Path(path_type=Path),
            help="Folder for verdict.json, report.html and evidence.zip; an earlier verdict's is replaced.",
        ),
        click.option(
            "--alpha",
            type=click.FloatRange(0.0, 0.5, min_open=True),
            help=f"Level at which the null hypothesis is rejected: the plan's, or {ALPHA:g} without one.",
        ),
        click.option(
            "--plan",
            type=click.Path(path_type=Path),
            help="The pre-registration file that `revenuer prove plan` wrote.",
        ),
        click.option(
            "--deviate",
            default="",
            metavar="WHY",
            help="Leave the plan, for this reason; the verdict says where and why.",
        ),
        click.option(
            "--sign-key",
            type=click.Path(path_type=Path),
            help="Ed25519 private key (PEM) that signs the evidence pack.",
        ),
        click.option("--json", "as_json", is_flag=True, help="Print verdict.json instead of the summary."),
    )
    decorated: Any = wrapper
    for option in reversed(options):
        decorated = option(decorated)
    return decorated  # type: ignore[no-any-return]


def _alpha(given: float | None, read: PlanRead | None) -> float:
    if given is not None:
        return given
    return ALPHA if read is None else read.plan.tests[0].alpha


def publish(verdict: SuspectVerdict, pack: EvidencePack | None, options: ResultOptions) -> int:
    """Write verdict.json, report.html and, with a pack, evidence.zip, all or none; print the verdict; return 1 where it is positive, else 0.

    Whether the test was as planned is compared here and stated in the verdict; the plan goes into the pack. `pack` may be None only where
    nothing was evaluated. Raises UsageError for a deviation from the plan without a reason, ValueError for a verdict with p and no pack.
    """
    if pack is None and verdict.outcome is not Outcome.NOT_EVALUATED:
        raise ValueError("a verdict with a p-value needs an evidence pack")
    registration = registration_of(options.plan, verdict, pack, options.deviate)
    verdict = replace(verdict, registration=registration)
    if pack is not None and options.plan is not None:
        pack = replace(pack, plan=options.plan.content)
    now = datetime.now(UTC)
    content = json_bytes(verdict_json(verdict, now))
    files = {VERDICT_FILE: content}
    digest = None
    if pack is not None:
        files[PACK_FILE] = pack_bytes(pack, verdict, content, now, options.signer)
        digest = hashlib.sha256(files[PACK_FILE]).hexdigest()
    files[REPORT_FILE] = verdict_page(verdict, digest, now, signed=options.signer is not None).encode(
        "utf-8", "replace"
    )
    write_directory(options.out, files, known=RESULT_FILES)
    if options.as_json:
        click.echo(content.decode(), nl=False)
    else:
        print_verdict(verdict, Console())
        click.echo(f"report: {options.out / REPORT_FILE}")
        if digest is not None:
            click.echo(f"evidence: {options.out / PACK_FILE} (SHA-256 {digest})")
    return 1 if verdict.outcome is Outcome.POSITIVE else 0
