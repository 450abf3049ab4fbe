"""Puts our marks on while a model writes: logits processors for transformers and vLLM. What they import of torch, they import when asked for."""
