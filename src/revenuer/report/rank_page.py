"""report.html of a leaderboard: from a Leaderboard to the body of the page."""

from datetime import datetime

from markupsafe import Markup

from revenuer.rank.leaderboard import Leaderboard
from revenuer.report import page, visible
from revenuer.report import rank_wording as words
from revenuer.report.rank_forest import forests, style_forest
from revenuer.report.rank_matrix import FEW_VOTES, matrix_of
from revenuer.report.rank_unrated import parts, unrated
from revenuer.report.wording import iso

STYLE = "assets/rank.css"
SHOWN_COMPONENTS = 60
SHOWN_UNRATED = 300
SHOWN_MEMBERS = 12


def rank_page(board: Leaderboard, now: datetime) -> str:
    """Return report.html: self-contained, offline, with every name escaped and none of them able to hide or reorder text."""
    title, top = words.verdict_line(board), words.top_of(board)
    template = page.environment().get_template("rank.html.j2")
    body = template.render(
        board=board,
        options=board.options,
        top=top,
        title=title,
        lead=words.lead_line(board),
        rated=sum(rating.rating is not None for rating in board.ratings),
        forests=forests(board),
        parts=parts(board),
        unrated=unrated(board),
        matrix=matrix_of(board),
        style=style_forest(board),
        changed=len(words.other_leaders(board)),
        level=words.level_text(board.options.level),
        few_votes=FEW_VOTES,
        shown_unrated=SHOWN_UNRATED,
        shown_components=SHOWN_COMPONENTS,
        shown_members=SHOWN_MEMBERS,
        model_name=model_name,
        words=words,
    )
    return page.render_page(
        title=f"Revenuer: {visible.plain(title)}", body=Markup(body), styles=(STYLE,), generated=iso(now)
    )


def model_name(name: str, limit: int = 0) -> Markup:
    """Return a model's name as an isolated piece of text; with a `limit`, its middle left out and the whole as a tooltip."""
    shown = words.short_name(name, limit) if limit else name
    if shown == name:
        return Markup('<bdi class="model">{}</bdi>').format(visible.markup(name))
    return Markup('<bdi class="model" title="{}">{}</bdi>').format(visible.plain(name), visible.markup(shown))
