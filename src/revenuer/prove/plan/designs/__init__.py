"""The kinds of tests that can be planned, by name."""

from collections.abc import Mapping

from revenuer.prove.plan.designs.design import Design, Parameter, Values
from revenuer.prove.plan.designs.mark_design import DETECT, RADIOACTIVITY
from revenuer.prove.plan.designs.rank_design import CANARY, LINEAGE
from revenuer.prove.plan.designs.safety_design import SAFETY
from revenuer.prove.plan.designs.twins_design import TWINS

DESIGNS: Mapping[str, Design] = {
    design.test: design for design in (CANARY, DETECT, LINEAGE, RADIOACTIVITY, SAFETY, TWINS)
}

__all__ = ["DESIGNS", "Design", "Parameter", "Values"]
