"""The `limits` of a rule that restricts: what is left of an answer."""

from revenuer.guard.logprob_budget import MAX_WINDOW_S
from revenuer.guard.policy.section import Section
from revenuer.records import Limits

MAX_TOKENS = 1_000_000
_MAX_BUDGET = 10**12
_MAX_ALTERNATIVES = 1000
_MAX_STEP = 100.0
_LEAST_STEP = 0.001
_LOGPROBS_ONLY = ("top_logprobs", "logprob_step", "logprob_budget")


def read_limits(section: Section) -> Limits:
    """Return the limits; keys left out are the strictest, but for those that only cut what log-probabilities are left."""
    default = Limits()
    logprobs = section.flag("logprobs")
    max_n = section.whole("n", 1, 1000)
    max_tokens = section.whole("max_tokens", 1, MAX_TOKENS)
    reasoning = section.word("reasoning", ("full", "summary", "none"))
    top_logprobs = section.whole("top_logprobs", 0, _MAX_ALTERNATIVES)
    logprob_step = section.number("logprob_step", _LEAST_STEP, _MAX_STEP)
    logprob_budget = section.whole("logprob_budget", 0, _MAX_BUDGET)
    logprob_window_s = section.duration("logprob_window")
    logit_bias = section.word("logit_bias", ("full", "alone", "none"))
    shared_seed = section.word("shared_seed", ("off", "prompt", "operator"))
    seed_epoch_s = section.duration("seed_epoch")
    _agree(section, logprobs, logprob_window_s, shared_seed)
    section.finish()
    return Limits(
        logprobs=default.logprobs if logprobs is None else logprobs,
        max_n=max_n or default.max_n,
        max_tokens=max_tokens,
        reasoning=reasoning or default.reasoning,
        top_logprobs=top_logprobs,
        logprob_step=logprob_step,
        logprob_budget=logprob_budget,
        logprob_window_s=logprob_window_s or default.logprob_window_s,
        logit_bias=logit_bias or default.logit_bias,
        shared_seed=shared_seed or default.shared_seed,
        seed_epoch_s=seed_epoch_s or default.seed_epoch_s,
    )


def _agree(section: Section, logprobs: bool | None, window_s: int | None, shared_seed: str | None) -> None:
    """Note keys that could have no effect, or not the one that they seem to have."""
    for key in _LOGPROBS_ONLY:
        if key in section and not logprobs:
            section.fault(
                key, "cuts log-probabilities, of which none are left: write logprobs = true, or leave it out"
            )
    if "logprob_budget" in section and "max_tokens" not in section:
        section.fault(
            "logprob_budget", "needs max_tokens: a request that names no length could not be charged for"
        )
    if "logprob_window" in section and "logprob_budget" not in section:
        section.fault("logprob_window", "goes with logprob_budget; leave it out")
    elif window_s is not None and window_s > MAX_WINDOW_S:
        section.fault(
            "logprob_window", "is longer than 30d, after which what an account was given is forgotten"
        )
    if "seed_epoch" in section and shared_seed in (None, "off"):
        section.fault("seed_epoch", 'goes with shared_seed = "prompt" or "operator"; leave it out')
