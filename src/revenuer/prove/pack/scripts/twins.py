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


def scores_of(record: dict[str, Any], per: str) -> list[float]:
    """The scores again from the log-likelihoods, where there are any (a test on answers has the scores alone)."""
    if "suspect" not in record:
        return list(record["scores"])
    found = []
    zero = {"nats": [0.0] * len(record["scores"]), "tokens": [1.0] * len(record["scores"])}
    own, base = record["suspect"], record.get("reference", zero)
    for j, characters in enumerate(record["characters"]):
        if per == "token":
            found.append(own["nats"][j] / own["tokens"][j] - base["nats"][j] / base["tokens"][j])
        else:
            beyond = own["nats"][j] - base["nats"][j]
            found.append(beyond if per == "text" else beyond / max(1, characters))
    check(
        found == record["scores"],
        f"record {record['index']}: the scores do not follow from the log-likelihoods",
    )
    return found


def levels_of(scores: list[list[float]], weighting: str) -> list[list[int]]:
    if weighting == "rank":
        return [
            [sum(t < s for t in record) - sum(t > s for t in record) for s in record] for record in scores
        ]
    deviations = [[s - math.fsum(record) / len(record) for s in record] for record in scores]
    absolute = [abs(d) for record in deviations for d in record]
    least = 1e-12 * max(1.0, *absolute)
    differing = [a for a in absolute if a > least]
    scale = statistics.median(differing) if differing else 1.0
    return [[round(min(CLIP, max(-CLIP, d / scale)) * STEPS) for d in record] for record in deviations]


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
    for campaign in sorted({record["campaign"] for record in records}):
        own = [record for record in records if record["campaign"] == campaign]
        scores = [scores_of(record, test["per"]) for record in own]
        found[campaign] = log10(
            p_of(levels_of(scores, test["weighting"]), [record["released"] for record in own])
        )
        print(f"{campaign}: {len(own)} records, log10 p = {found[campaign]}")
    if test["evaluated"]:
        # Holm: the smallest of the adjusted p-values is the smallest p times the number of campaigns.
        print(f"log10_p={min(0.0, min(found.values()) + math.log10(len(found)))}")


if __name__ == "__main__":
    main()
