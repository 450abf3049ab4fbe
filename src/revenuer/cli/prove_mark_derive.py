"""`revenuer prove mark derive`: the keys of labels, as a server's processor takes them."""

import click
import msgspec

from revenuer.cli.mark_labels import KeyChoice, key_options
from revenuer.prove.marks.key_document import key_document


@click.command(name="derive")
@key_options
def command(keys: KeyChoice) -> int:
    """Print a JSON object for each key, one a line: scheme, options, label, epoch, key and commitment. It is a secret.

    A key is the same whatever the scheme's options are, so change the epoch with them.
    """
    for one in keys.candidates():
        click.echo(msgspec.json.encode(key_document(one)).decode())
    return 0
