"""report.html of one test of a suspect."""

from datetime import datetime

from markupsafe import Markup

from revenuer.records.suspect_verdict import SuspectVerdict
from revenuer.report import page, visible
from revenuer.report import verdict_wording as words
from revenuer.report.drawings import outcome_icon
from revenuer.report.verdict_details import details_of
from revenuer.report.verdict_drawings import effect_drawing, p_drawing, series_figures
from revenuer.report.wording import iso

STYLE = "assets/verdict.css"


def verdict_page(
    verdict: SuspectVerdict, pack_sha256: str | None, now: datetime, *, signed: bool = False
) -> str:
    """Return report.html: self-contained, offline, without scripts of its own, with every text escaped. `pack_sha256`: of evidence.zip, None where
    there is none."""
    title = words.verdict_line(verdict)
    body = (
        page.environment()
        .get_template("verdict.html.j2")
        .render(
            verdict=verdict,
            title=title,
            icon=outcome_icon(verdict.outcome),
            words=words,
            limits=words.limits(verdict),
            p_drawing=p_drawing(verdict),
            effect_drawing=None if verdict.effect is None else effect_drawing(verdict.effect),
            details=details_of(verdict.details),
            figures=series_figures(verdict.details.get("series")),
            pack_sha256=pack_sha256,
            signed=signed,
        )
    )
    heading = f"Revenuer: {verdict.suspect}, {verdict.test}: {title}"
    return page.render_page(
        title=visible.plain(heading), body=Markup(body), styles=(STYLE,), generated=iso(now)
    )
