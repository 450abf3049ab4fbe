"""Detectors for the marks that serving engines put on by themselves, without those engines."""

from revenuer.prove.marks.engines.sglang_gumbel import SglangDual, SglangGumbel
from revenuer.prove.marks.engines.synthid import SynthId
from revenuer.prove.marks.engines.transformers_green import TransformersGreen
from revenuer.prove.marks.engines.vllm_dual import VllmDual
from revenuer.prove.marks.engines.vllm_gumbel import VllmGumbel

__all__ = ["SglangDual", "SglangGumbel", "SynthId", "TransformersGreen", "VllmDual", "VllmGumbel"]
