"""Revenuer finds, stops and proves distillation attacks on language models."""

__version__ = "0.1.0"
