"""How a prompt stands in the text that a model continues: plainly, or inside the words that its makers put around a user's turn."""

from dataclasses import dataclass

from revenuer.records import UsageError

PLACE = "{prompt}"


@dataclass(frozen=True, slots=True)
class PromptForm:
    """`before` + prompt + `after` is what the model reads; the continuation follows at once. A score under another form than the one that the
    suspect was trained with has less power, not more false positives: every compared continuation stands behind the same words."""

    before: str = ""
    after: str = ""

    def context(self, prompt: str) -> str:
        """Return the text before the continuation."""
        return self.before + prompt + self.after


PLAIN = PromptForm()


def parse_form(text: str) -> PromptForm:
    """Return the form that a template says, which has {prompt} exactly once. Raises UsageError."""
    before, place, after = text.partition(PLACE)
    if not place or PLACE in after:
        raise UsageError(
            f"got a template with {text.count(PLACE)} times {PLACE}, expected it once, as in '<|user|>{PLACE}<|assistant|>'"
        )
    return PromptForm(before, after)
