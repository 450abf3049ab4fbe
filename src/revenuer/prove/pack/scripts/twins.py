"""Recomputes the p-value of `prove twins audit` from the files beside it, with Python's own library alone.

What it does, in order: checks the chain of the commitment log; checks that the seed is the one committed to in its first line; checks that
each record's released answer is the one on which the lot fell; where the texts are here, checks each against its commitment;
recomputes the scores from the log-likelihoods; turns them into whole numbers; counts, in whole numbers, in how many of all equally likely
outcomes of the lots the total is at least as large as it was. That count over the number of outcomes is p; over campaigns, Holm's.
"""

import hashlib
import hmac
import json
import math
import statistics
from fractions import Fraction
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
STEPS, CLIP = 8, 4


def rows(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (HERE / name).read_text("utf-8").splitlines() if line]


def check(sound: bool, message: str) -> None:
    if not sound:
        raise SystemExit(message)


def entries_of_log() -> tuple[list[dict[str, Any]], str]:
    lines = (HERE / "commitments.jsonl").read_bytes().split(b"\n")[:-1]
    previous, entries = "0" * 64, []
    for number, line in enumerate(lines):
        entry = json.loads(line)
        check(
            entry["previous"] == previous and entry["index"] == number,
            f"the log's line {number + 1} breaks the chain",
        )
        previous = hashlib.sha256(line).hexdigest()
        entries.append(entry)
    return entries, previous


def check_lots(records: list[dict[str, Any]], test: dict[str, Any]) -> None:
    entries, last = entries_of_log()
    check(test["head"] == {"entries": len(entries), "sha256": last}, "the log's head is not the one stated")
    seed = bytes.fromhex((HERE / "seed.hex").read_text("ascii").strip())
    check(
        hashlib.sha256(seed).hexdigest() == entries[0]["seed"],
        "the seed is not the one that the log commits to",
    )
    for record in records:
        reserve, draws = entries[record["index"]], len(record["scores"])
        lot = hmac.new(seed, f"released {record['index']}".encode(), hashlib.sha256).digest()
        check(
            reserve["kind"] == "reserve" and reserve["draws"] == draws,
            f"record {record['index']}: not as reserved",
        )
        check(
            reserve["campaign"] == record["campaign"],
            f"record {record['index']}: another campaign's reservation",
        )
        check(
            int.from_bytes(lot, "big") % draws == record["released"],
            f"record {record['index']}: not the lot's choice",
        )
    check(len({record["index"] for record in records}) == len(records), "a record is here twice")
    if (HERE / "openings.jsonl").exists():
        check_texts(records, entries)


def check_texts(records: list[dict[str, Any]], entries: list[dict[str, Any]]) -> None:
    commitments = {entry["commitment"]: entry for entry in entries if entry["kind"] == "seal"}
    sealed = {}
    for opening in rows("openings.jsonl"):
        found = hashlib.sha256(bytes.fromhex(opening["nonce"]) + opening["content"].encode()).hexdigest()
        check(
            found == opening["commitment"] and found in commitments,
            "an opening fits no commitment of the log",
        )
        content = json.loads(opening["content"])
        check(content["index"] == commitments[found]["reservation"], "an opening is of another reservation")
        sealed[content["index"]] = content
    for record in records:
        texts = sealed[record["index"]]["texts"]
        digests = [hashlib.sha256(text.encode()).hexdigest() for text in texts]
        check(digests == record["texts_sha256"], f"record {record['index']}: not the texts that were sealed")


def scores_of(records: list[dict[str, Any]], test: dict[str, Any]) -> list[list[float]]:
    """The scores again from the log-likelihoods, where there are any (a test on answers has the scores alone).

    A score is the suspect's log-likelihood less what the other models' foretell; that the coefficients are those of least squares over all
    candidates is checked by what characterises them: nothing of the rest goes along with the other models' scores.
    """
    if not records or "suspect" not in records[0]:
        return [record["scores"] for record in records]
    others = test["coefficients"]
    models = {
        name: [per_text(record, name, test["per"]) for record in records] for name in ("suspect", *others)
    }
    found = []
    for i, record in enumerate(records):
        rest = models["suspect"][i]
        for name, coefficient in others.items():
            rest = [r - coefficient * other for r, other in zip(rest, models[name][i], strict=True)]
        close = all(
            abs(r - s) <= 1e-9 * max(1.0, abs(s)) for r, s in zip(rest, record["scores"], strict=True)
        )
        check(close, f"record {record['index']}: the scores do not follow from the log-likelihoods")
        found.append(record["scores"])
    for name in others:
        pairs = [
            (r, other)
            for rest, scores in zip(found, models[name], strict=True)
            for r, other in zip(centred(rest), centred(scores), strict=True)
        ]
        size = math.sqrt(math.fsum(r * r for r, _ in pairs) * math.fsum(other * other for _, other in pairs))
        along = abs(math.fsum(r * other for r, other in pairs))
        suspect = math.fsum(s * s for scores in models["suspect"] for s in centred(scores))
        negligible = 1e-9 * suspect
        check(
            along <= 1e-6 * size + negligible, f"the coefficient of the {name} is not that of least squares"
        )
    return found


def centred(values: list[float]) -> list[float]:
    mean = math.fsum(values) / len(values)
    return [value - mean for value in values]


def per_text(record: dict[str, Any], name: str, per: str) -> list[float]:
    nats = record[name]["nats"]
    if per == "text":
        return list(nats)
    lengths = record[name]["tokens"] if per == "token" else [max(1, n) for n in record["characters"]]
    return [total / length for total, length in zip(nats, lengths, strict=True)]


def levels_of(scores: list[list[float]], weighting: str) -> list[list[int]]:
    if weighting == "rank":
        return [
            [sum(t < s for t in record) - sum(t > s for t in record) for s in record] for record in scores
        ]
    deviations = [centred(record) for record in scores]
    absolute = [abs(d) for record in deviations for d in record]
    least = 1e-12 * max(1.0, *absolute)
    differing = [a for a in absolute if a > least]
    scale = statistics.median(differing) if differing else 1.0
    deviations = [[d / scale for d in record] for record in deviations]
    if weighting == "sparse":
        return [sparse(record) for record in deviations]
    return [[round(min(CLIP, max(-CLIP, d)) * STEPS) for d in record] for record in deviations]


def sparse(deviations: list[float]) -> list[int]:
    likelier = [math.exp(min(6.0, max(-6.0, d))) for d in deviations]
    mean = math.fsum(likelier) / len(likelier)
    return [round(128 * math.log(1.0 - 0.1 + 0.1 * (one / mean))) for one in likelier]


def p_of(levels: list[list[int]], released: list[int]) -> Fraction:
    """The exact share of the lots' outcomes with a total at least as large: a ratio of two whole numbers."""
    ways = [1]  # ways[t]: in how many outcomes the records so far have total t above their smallest
    total, outcomes = 0, 1
    for record, choice in zip(levels, released, strict=True):
        smallest = min(record)
        wider = [0] * (len(ways) + max(record) - smallest)
        for level in record:
            for t, count in enumerate(ways):
                wider[t + level - smallest] += count
        ways = wider
        total += record[choice] - smallest
        outcomes *= len(record)
    return Fraction(sum(ways[total:]), outcomes)


def log10(fraction: Fraction) -> float:
    return math.log10(fraction.numerator) - math.log10(fraction.denominator)


def main() -> None:
    test = json.loads((HERE / "test.json").read_text("utf-8"))
    records = rows("records.jsonl")
    if (HERE / "commitments.jsonl").exists():
        check_lots(records, test)
    else:
        print("no log in this pack: the lots cannot be checked")
    found = {}
    scores = scores_of(records, test)
    for campaign in sorted({record["campaign"] for record in records}):
        own = [i for i, record in enumerate(records) if record["campaign"] == campaign]
        levels = levels_of([scores[i] for i in own], test["weighting"])
        found[campaign] = log10(p_of(levels, [records[i]["released"] for i in own]))
        print(f"{campaign}: {len(own)} records, log10 p = {found[campaign]}")
    if test["evaluated"]:
        # Holm: the smallest of the adjusted p-values is the smallest p times the number of campaigns.
        print(f"log10_p={min(0.0, min(found.values()) + math.log10(len(found)))}")


if __name__ == "__main__":
    main()
