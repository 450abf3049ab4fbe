"""Every signal, one to a file. `SIGNALS` is the registry; nothing is found by import side effects."""

from revenuer.detect.signals import (
    bypass_search,
    common_window,
    cot_elicitation,
    disposable_mail,
    even_rates,
    harvest_volume,
    interchangeable_content,
    interchangeable_remainder,
    interchangeable_rhythm,
    judging,
    lockstep,
    model_pivot,
    no_ramp_up,
    plan_mismatch,
    relayed_sessions,
    round_the_clock,
    shared_address,
    shared_client,
    shared_payment,
    shared_template,
    signature_replay,
    signup_burst,
    synthetic_pipeline,
    uniform_shape,
    uniform_tooling,
    work_partition,
)
from revenuer.detect.signals.base import Curve, Measurement, Signal

SIGNALS: tuple[Signal, ...] = tuple(
    module.SIGNAL
    for module in (
        signature_replay,
        shared_template,
        interchangeable_content,
        interchangeable_remainder,
        work_partition,
        cot_elicitation,
        judging,
        bypass_search,
        synthetic_pipeline,
    interchangeable_rhythm,
        even_rates,
        lockstep,
        common_window,
        round_the_clock,
        no_ramp_up,
        model_pivot,
        uniform_tooling,
        uniform_shape,
        relayed_sessions,
        shared_payment,
        shared_address,
        shared_client,
        signup_burst,
        disposable_mail,
        plan_mismatch,
        harvest_volume,
    )
)

__all__ = ["Curve", "Measurement", "SIGNALS", "Signal"]
