"""Recomputes the conformal p-value of `revenuer prove lineage identity` from the answers, with Python's own library.

answers.jsonl: {"project" (null for the suspect), "model", "texts"}; names.json: what is looked for. Prints log10_p=<number>.
"""

import json
import math
import re

SENTENCE = re.compile(r"(?<=[.!?\n])\s+|\n")
SELF = re.compile(r"\b(i|i'm|i’m|my|me|myself|we|our|as an ai|as a large|as a language)\b", re.IGNORECASE)
DENIED = re.compile(r"\b(not|never|unlike|neither|nor|other than)\b|n't|n’t", re.IGNORECASE)


def main() -> None:
    """Count the answers in which each model calls itself one of the names; rank the suspect among the projects."""
    with open("names.json", encoding="utf-8") as stream:
        names = [name.strip() for name in json.load(stream)]
    pattern = re.compile(
        r"(?<!\w)(" + "|".join(re.escape(name) for name in names) + r")(?!\w)", re.IGNORECASE
    )
    suspect = 0
    null: dict[str, int] = {}
    with open("answers.jsonl", encoding="utf-8") as stream:
        for line in stream:
            model = json.loads(line)
            hits = 0
            for text in model["texts"]:
                for sentence in SENTENCE.split(text):
                    if pattern.search(sentence) and SELF.search(sentence) and not DENIED.search(sentence):
                        hits += 1
                        break
            if model["project"] is None:
                suspect = hits
            else:
                null[model["project"]] = max(hits, null.get(model["project"], 0))
    at_least = sum(hits >= suspect for hits in null.values())
    print(f"log10_p={math.log10((1 + at_least) / (len(null) + 1))!r}")


if __name__ == "__main__":
    main()
