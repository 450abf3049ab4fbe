"""Lineage: does a suspect's way of answering, its idea of itself, or its weights point to a claimed teacher? Conformal where style decides."""
