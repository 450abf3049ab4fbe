"""`revenuer prove lineage ...`: does a suspect come from the claimed teacher, by its answers, its idea of itself, or its weights?"""

import click

from revenuer.cli.lazy_group import LazyGroup

COMMANDS = {
    "answers": "likeness of answers to the claimed teacher's, ranked among projects that do not derive from it",
    "identity": "how often the suspect calls itself the claimed maker's, ranked in the same way",
    "same-model": "is this API that model? several answers a prompt from both",
    "weights": "do the suspect's weights come from ours? exact, by the order of units",
}


@click.group(cls=LazyGroup, listed=COMMANDS, prefix="prove_lineage_", name="lineage")
def command() -> None:
    """Compare a suspect with a claimed teacher.

    PANEL is a table (JSON lines or Parquet) of models whose lineage is documented: model, project, derives_from (list of teachers; [] = none, ["?"] = not
    documented), answers (file), and teacher where the model is one.
    """
