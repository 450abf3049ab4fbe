"""What does a student gain from a teacher that gives less, against what an honest user loses? Curves from measured runs."""

from revenuer.prove.degrade.costs import costs_of
from revenuer.prove.degrade.curves import curves_of
from revenuer.prove.degrade.judge import judge_runs
from revenuer.prove.degrade.runs import read_runs

__all__ = ["costs_of", "curves_of", "judge_runs", "read_runs"]
