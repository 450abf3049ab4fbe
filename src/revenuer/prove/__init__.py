"""Was this model trained on ours? Tests whose p-values come from our own secret randomness, and what each cannot say."""
