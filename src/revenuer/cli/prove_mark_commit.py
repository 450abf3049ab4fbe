"""`revenuer prove mark commit`: commitments to keys, to publish before a suspect is asked."""

import hashlib

import click
import msgspec

from revenuer.cli.mark_labels import KeyChoice, key_options


@click.command(name="commit")
@key_options
def command(keys: KeyChoice) -> int:
    """Print each key's commitment as a JSON object a line, then their SHA-256 on stderr. They give no key away.

    Deposit that SHA-256 with somebody else before the marked text is served: it shows later that a key was not sought to fit.
    """
    lines = [
        msgspec.json.encode(
            {"scheme": one.scheme.name, "label": one.label, "epoch": one.epoch, "commitment": one.commitment}
        )
        for one in keys.candidates()
    ]
    content = b"".join(line + b"\n" for line in lines)
    click.echo(content.decode(), nl=False)
    click.echo(f"SHA-256 of these lines: {hashlib.sha256(content).hexdigest()}", err=True)
    return 0
