"""Plans: what is fixed before the suspect is asked, what it costs, and what it can find."""

from revenuer.prove.plan.designs import DESIGNS, Design, Parameter
from revenuer.prove.plan.family import Family, Member, StatedVerdict, combine, stated_verdict
from revenuer.prove.plan.follow import check_reason, deviations, planned_tests, registration_of
from revenuer.prove.plan.make import ALWAYS, AskedTest, make_plan
from revenuer.prove.plan.plan_file import (
    Plan,
    PlannedInput,
    PlannedTest,
    PlanRead,
    Price,
    parse_plan,
    plan_bytes,
    read_plan,
)

__all__ = [
    "ALWAYS",
    "AskedTest",
    "DESIGNS",
    "Design",
    "Family",
    "Member",
    "Parameter",
    "Plan",
    "PlanRead",
    "PlannedInput",
    "PlannedTest",
    "Price",
    "StatedVerdict",
    "check_reason",
    "combine",
    "deviations",
    "make_plan",
    "parse_plan",
    "plan_bytes",
    "planned_tests",
    "read_plan",
    "registration_of",
    "stated_verdict",
]
