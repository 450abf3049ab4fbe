"""Fit detect/calibration.json: what each signal's measurement weighs, on the range's campaigns and benign look-alikes.

For each signal the values of candidate groups that hold one campaign are set against those of groups that hold honest
accounts, every campaign and every archetype weighing the same; the ratio of the two smoothed densities, made monotone and cut at
+-CAP, is the curve. The shift is chosen so that the mean e-value of honest groups, in logs left out of the fit, is well under one.

    python benchmarks/calibrate.py --prompts PROMPTS.parquet --out src/revenuer/detect/calibration.json
"""

import argparse
import json
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from scipy import optimize

from revenuer.detect.calibration import Calibration
from revenuer.detect.candidates import Candidates, find_candidates
from revenuer.detect.judge import combine
from revenuer.detect.population import build_population
from revenuer.detect.signals import SIGNALS, Curve
from revenuer.detect.signals.base import Measurement
from revenuer.detect.sketch import sketch_kernel
from revenuer.engine import DuckDBEngine
from revenuer.records import SKETCH_SCHEMA
from revenuer.simulate import simulate

RUNS = (
    ("city", 2, True),
    ("city", 3, True),
    ("city", 4, False),
    ("no-identity", 5, True),
    ("benign", 2, True),
    ("benign", 6, False),
)
"""(scenario, seed, with real prompts where given); each is read with and without its identity columns."""
IDENTITY_COLUMNS = ("ip", "ip_prefix", "user_agent", "tls_fingerprint")
IDENTITY_FACTS = ("created_at", "email_domain", "payment_fingerprint", "signup_ip", "plan")
CAP = 1.5
CAPS = {"signature_replay": 6.0, "harvest_volume": 1.0}
"""Most that one signal may weigh. A replay is deterministic; volume alone says little."""
ONE_SIDED = frozenset(
    {
        "signature_replay", "shared_template", "cot_elicitation", "judging", "bypass_search", "synthetic_pipeline",
        "common_window", "failover", "impersonal_template", "round_the_clock", "model_pivot", "relayed_sessions", "uniform_tooling", "shared_payment",
        "shared_address", "shared_client", "signup_burst", "disposable_mail", "plan_mismatch", "harvest_volume",
    }
)  # fmt: skip
"""Signals whose absence an operator can choose: it never speaks for innocence."""
KNOTS = 9
PRIOR = 0.01
"""Density added to both sides: where neither was seen, nothing is said."""
DEPENDENCE = 0.5
PURE, HONEST = 0.9, 0.05
MIN_GROUP = 20
"""Smaller groups are too noisy to learn from."""
MIN_FOUND = 0.6
"""A group with less than this part of a campaign's accounts is not what is to be recognised; fragments would blur every curve."""
SCALE_WIDTH = 1.0
SAFETY = 0.7
"""log10 by which the mean e-value of honest groups in logs left out of the fit stays under one: logs that nobody here has seen
will hold look-alikes that the range has not."""
EFFECTIVE_GROUPS = 250
"""Independent groups that each side is worth in the logistic fit: about a tenth of the honest candidates of all runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One candidate group: `label` is its campaign or its commonest archetype; `taken` its measurements by signal."""

    run: str
    label: str
    campaign: bool
    accounts: int
    taken: dict[str, Measurement | None]

    @property
    def values(self) -> dict[str, float | None]:
        return {name: None if m is None else m.value for name, m in self.taken.items()}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--prompts", type=Path, help="real prompts; without them every run uses the grammar")
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    samples = []
    for scenario, seed, real in RUNS:
        with tempfile.TemporaryDirectory() as folder:
            log = Path(folder) / "log"
            simulate(scenario, log, seed=seed, scale=options.scale, prompts=options.prompts if real else None)
            for identity in (True, False):
                name = f"{scenario}-{seed}-{'all' if identity else 'texttime'}"
                samples += measure_log(log, Path(folder) / name, name, identity)
                print(name, len(samples), flush=True)
    calibration = fit(samples)
    options.out.write_text(json.dumps(calibration, indent=1) + "\n")
    report(samples, calibration)


def measure_log(log: Path, work: Path, name: str, identity: bool) -> list[Sample]:
    """Return the measured candidate groups of one simulated log, pure ones only."""
    candidates = candidates_of(log, work, identity)
    label, campaign = truth_of(log, candidates.context.population.ids.to_pylist())
    samples = []
    for group in candidates.groups:
        share = float(campaign[group.accounts].mean())
        names, counts = np.unique(label[group.accounts], return_counts=True)
        found = counts.max() / (label == names[counts.argmax()]).sum()
        pure = share >= PURE and counts.max() >= PURE * group.size
        whole = pure and group.size >= MIN_GROUP and found >= MIN_FOUND
        if not whole and share > HONEST:
            continue
        measured = {
            s.name: s.measure(group, candidates.context)
            for s in SIGNALS
            if s.lacks(candidates.context.columns_missing) is None
        }
        samples.append(
            Sample(
                run=name,
                label=str(names[counts.argmax()]),
                campaign=bool(whole),
                accounts=group.size,
                taken=measured,
            )
        )
    return samples


def candidates_of(log: Path, work: Path, identity: bool) -> Candidates:
    """Return the candidate groups of a simulated log, with or without its identity columns."""
    registry = pq.read_table(log / "accounts.parquet")
    missing: frozenset[str] = frozenset()
    kernel = sketch_kernel()
    with DuckDBEngine(work) as engine:
        engine.read_parquet("exchange", [log / "exchanges.parquet"])
        engine.map_batches("sketched", "SELECT * FROM exchange", kernel, SKETCH_SCHEMA)
        if identity:
            engine.create("sketch", "SELECT * FROM sketched")
        else:
            nulls = ", ".join(f"CAST(NULL AS BIGINT) AS {c}" for c in IDENTITY_COLUMNS)
            engine.create("sketch", f"SELECT * REPLACE ({nulls}) FROM sketched")
            for column in IDENTITY_FACTS:
                at = registry.schema.get_field_index(column)
                registry = registry.set_column(
                    at, registry.field(at), pa.nulls(len(registry), registry.field(at).type)
                )
            missing = frozenset(
                {"client_ip", "tls_fingerprint", "user_agent", *(f"accounts.{c}" for c in IDENTITY_FACTS)}
            )
        return find_candidates(engine, build_population(engine, registry), missing, seed=0)


def truth_of(log: Path, ids: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """Return (campaign or archetype, is campaign) of each account."""
    truth = pq.read_table(log / "truth.parquet").to_pydict()
    label = {
        a: c or k for a, c, k in zip(truth["account_id"], truth["campaign"], truth["archetype"], strict=True)
    }
    role = dict(zip(truth["account_id"], truth["role"], strict=True))
    return np.array([label[i] for i in ids]), np.array([role[i] == "campaign" for i in ids])


def fit(samples: list[Sample]) -> dict[str, object]:
    """Return the calibration as it is stored."""
    curves, scale, offset = fit_odds(samples)
    return {
        "schema_version": 1,
        "source": "benchmarks/calibrate.py on " + ", ".join(f"{s} seed {n}" for s, n, _ in RUNS),
        "dependence": DEPENDENCE,
        "scale": round(scale, 3),
        "shift": round(offset + unseen_log10_mean(samples) + SAFETY, 3),
        "curves": {
            name: {"knots": [round(k, 4) for k in c.knots], "log10_bf": [round(b, 3) for b in c.log10_bf]}
            for name, c in curves.items()
        },
    }


def fit_odds(samples: list[Sample]) -> tuple[dict[str, Curve], float, float]:
    """Return (curves, scale, offset): scale * sum - offset is the log10 likelihood ratio."""
    curves = {s.name: fit_curve(samples, s.name) for s in SIGNALS}
    sums = np.array([total(s, curves) for s in samples])
    campaign = np.array([s.campaign for s in samples])
    weight = np.zeros(len(samples))
    for side in (True, False):
        weight[campaign == side] = label_weights([s for s in samples if s.campaign is side])
    return curves, *sharpen(sums, campaign, weight)


def unseen_log10_mean(samples: list[Sample]) -> float:
    """Return log10 of the mean e-value of honest groups, each log's with everything fitted on the other logs.

    A log with and without identity columns is one log; every archetype weighs the same.
    """
    logs = [s.run.rsplit("-", 1)[0] for s in samples]
    honest, log10_e = [], []
    for log in sorted(set(logs)):
        curves, scale, offset = fit_odds([s for s, of in zip(samples, logs, strict=True) if of != log])
        left_out = [s for s, of in zip(samples, logs, strict=True) if of == log and not s.campaign]
        honest += left_out
        log10_e += [scale * total(s, curves) - offset for s in left_out]
    top = sorted(zip(log10_e, (f"{s.label} ({s.run})" for s in honest), strict=True), reverse=True)[:5]
    print("honest groups of logs left out, highest log10 e before the shift:", top)
    return float(np.log10((label_weights(honest) * 10 ** np.array(log10_e)).sum()))


def sharpen(sums: np.ndarray, campaign: np.ndarray, weight: np.ndarray) -> tuple[float, float]:
    """Return (scale, shift) that turn sums into log10 likelihood ratios: logistic regression on balanced sides.

    The curves are smoothed and the families' weights guessed, so the sum is a score; only this step makes it odds. The scale is
    pulled towards 1 (Gaussian prior of width SCALE_WIDTH) for want of data in the gap.
    """

    def loss(theta: np.ndarray) -> float:
        odds = np.log(10) * (theta[0] * sums - theta[1])
        fit_loss = (weight * np.logaddexp(0, np.where(campaign, -odds, odds))).sum() * EFFECTIVE_GROUPS
        return float(fit_loss + 0.5 * ((theta[0] - 1) / SCALE_WIDTH) ** 2)

    found = optimize.minimize(loss, np.array([1.0, 1.0]), method="Nelder-Mead")
    return float(found.x[0]), float(found.x[1])


def label_weights(samples: list[Sample]) -> np.ndarray:
    """Return weights summing to one, the same sum for every label; within one, a group weighs by its accounts."""
    labels, index = np.unique([s.label for s in samples], return_inverse=True)
    size = np.array([s.accounts for s in samples], float)
    weights: np.ndarray = size / np.bincount(index, size)[index] / len(labels)
    return weights


def fit_curve(samples: list[Sample], name: str) -> Curve:
    """Return the monotone log10 ratio of smoothed densities of one signal's values."""
    known = [s for s in samples if s.values.get(name) is not None]
    sides = []
    for side in (True, False):
        part = [s for s in known if s.campaign is side]
        sides.append(
            (np.array([s.values[name] for s in part], float), label_weights(part) if part else np.zeros(0))
        )
    both = np.concatenate([sides[0][0], sides[1][0]])
    if not len(sides[0][0]) or not len(sides[1][0]) or np.ptp(both) < 1e-9:
        return Curve(knots=(0.0, 1.0), log10_bf=(0.0, 0.0))
    edges = [np.quantile(x, [0.02, 0.98]) for x, _ in sides]
    knots = np.linspace(min(e[0] for e in edges), max(e[1] for e in edges), KNOTS)
    width = 0.08 * max(np.ptp(knots), 1e-6)
    density = [
        (w[None, :] * np.exp(-0.5 * ((knots[:, None] - x[None, :]) / width) ** 2)).sum(axis=1) + PRIOR
        for x, w in sides
    ]
    cap = CAPS.get(name, CAP)
    floor = 0.0 if name in ONE_SIDED else -cap
    ratio = np.clip(monotone(np.log10(density[0] / density[1]), density[0] + density[1]), floor, cap)
    if name in CAPS and cap > CAP:
        ratio = np.where(
            knots > 0.3, np.maximum(ratio, cap * np.clip((knots - 0.3) / 0.5, 0, 1)), np.maximum(ratio, 0)
        )
    return Curve(knots=tuple(knots.tolist()), log10_bf=tuple(ratio.tolist()))


def monotone(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return the nearest non-decreasing sequence (pool adjacent violators)."""
    blocks: list[list[float]] = []
    for value, weight in zip(values, weights, strict=True):
        blocks.append([value, weight, 1])
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            v, w, n = blocks.pop()
            u, m, k = blocks.pop()
            blocks.append([(u * m + v * w) / (m + w), m + w, k + n])
    return np.concatenate([np.full(int(n), v) for v, _, n in blocks])


def total(sample: Sample, curves: dict[str, Curve]) -> float:
    """Return the sample's sum of weights before the shift, as judge.combine makes it."""
    from revenuer.records import Evidence, Outcome

    answers = [
        Evidence(
            signal=s.name, family=s.family, outcome=Outcome.POSITIVE, summary="", look_alike="",
            log10_bayes_factor=measured.weigh(curves[s.name]),
        )
        for s in SIGNALS
        if (measured := sample.taken.get(s.name)) is not None
    ]  # fmt: skip
    answers.sort(key=lambda e: -abs(e.log10_bayes_factor))
    return combine(answers, Calibration(curves=curves, dependence=DEPENDENCE, scale=1.0, shift=0.0))


def report(samples: list[Sample], calibration: dict[str, object]) -> None:
    """Print how sums spread by label, to be looked at."""
    raw: dict[str, dict[str, list[float]]] = calibration["curves"]  # type: ignore[assignment]
    curves = {k: Curve(knots=tuple(c["knots"]), log10_bf=tuple(c["log10_bf"])) for k, c in raw.items()}
    shift, scale = float(calibration["shift"]), float(calibration["scale"])  # type: ignore[arg-type]
    print(f"scale {scale} shift {shift}")
    for campaign in (True, False):
        for label in sorted({s.label for s in samples if s.campaign is campaign}):
            sums = np.array(
                [
                    scale * total(s, curves) - shift
                    for s in samples
                    if s.label == label and s.campaign is campaign
                ]
            )
            print(
                f"{'campaign' if campaign else 'honest':9} {label:20} n={len(sums):4} median={np.median(sums):6.1f} max={sums.max():6.1f}"
            )


if __name__ == "__main__":
    main()
