"""Two houses on this machine that know each other: keys, policies, tokens, certificates, and a server of the first."""

import ipaddress
import json
import secrets
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from revenuer.cli.run_command import revenuer, said
from revenuer.records import ResourceError

LAB_A, LAB_B = "lab-a", "lab-b"
HOST = "127.0.0.1"

POLICY_A = """\
schema_version = 1

[partner.lab-b]
tlp = "amber"
fields = ["confidence", "times", "evidence", "behaviour", "cluster", "families"]
confidence = ["high", "medium"]
min_accounts = 5
observables = ["ip_prefix", "email_domain", "tls_fingerprint"]
min_members = 2
max_outsiders = 2
families = "hashes"
span_key = "keys/lab-b.spans"
"""
POLICY_B = """\
schema_version = 1

[partner.lab-a]
tlp = "amber"
min_members = 2
span_key = "keys/lab-a.spans"
"""
SERVER_A = """\
schema_version = 1
title = "Lab A"

[collections.campaigns]
title = "What lab B may know"
[collections.campaigns.rights]
lab-b = "read"

[collections.feedback]
title = "What lab B says of it"
[collections.feedback.rights]
lab-b = "write"
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Labs:
    """The houses of both, and where A's server listens."""

    a: Path
    b: Path
    port: int


def make_labs(out: Path, stack: ExitStack) -> Labs:
    """Make both houses in `out`; afterwards they know each other's public keys, and B holds a token of A's."""
    a, b = out / "houses" / LAB_A, out / "houses" / LAB_B
    with socket.socket() as free:
        free.bind((HOST, 0))
        port = free.getsockname()[1]
    for house, name in ((a, "Lab A"), (b, "Lab B")):
        revenuer("share", "init", house, "--name", name)
        revenuer("share", "key", "new", house)
    for house, partner, other in ((a, LAB_B, b), (b, LAB_A, a)):
        (house / "keys" / f"{partner}.jwks.json").write_text(said("share", "key", "show", other, "--public"))
    spans = secrets.token_hex(32)
    (a / "keys" / "lab-b.spans").write_text(spans)
    (b / "keys" / "lab-a.spans").write_text(spans)
    (a / "policy.toml").write_text(POLICY_A)
    (b / "policy.toml").write_text(POLICY_B)
    (a / "server.toml").write_text(SERVER_A)
    _add(a, '\n[partners.lab-b]\nname = "Lab B"\nkeys = "keys/lab-b.jwks.json"\n')
    token = json.loads(said("share", "credential", "add", a, LAB_B, "--json"))["token"]
    (b / "keys" / "lab-a.token").write_text(token)
    (b / "keys" / "lab-a.ca.pem").write_bytes(_certificate(a))
    base = f"https://{HOST}:{port}"
    _add(
        b,
        f'\n[partners.lab-a]\nname = "Lab A"\nkeys = "keys/lab-a.jwks.json"\ntaxii = "{base}/taxii2/"\ncollection = "campaigns"\n'
        f'match = "{base}/match"\ntoken_file = "keys/lab-a.token"\nca_file = "keys/lab-a.ca.pem"\n',
    )
    return Labs(a=a, b=b, port=port)


@contextmanager
def opened(labs: Labs) -> Iterator[None]:
    """Run A's server in a process of its own, over TLS, until the end of the block."""
    command = [
        sys.executable, "-c", "from revenuer.cli.main import main; main()", "share", "serve", str(labs.a), "--host", HOST, "--port", str(labs.port),
        "--tls-certificate", str(labs.a / "keys" / "server.pem"), "--tls-key", str(labs.a / "keys" / "server.key"), "--json",
    ]  # fmt: skip
    log = labs.a / "server.log"
    with log.open("wb") as errors, subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors) as server:
        assert server.stdout is not None
        if not server.stdout.readline():
            server.wait()
            raise ResourceError(f"the server of {LAB_A} did not start; see {log}")
        try:
            yield
        finally:
            server.terminate()
            server.wait()


def _add(house: Path, text: str) -> None:
    with (house / "house.toml").open("a") as file:
        file.write(text)


def _certificate(house: Path) -> bytes:
    """Write a certificate of a day for this machine, that vouches for itself, and its key; return the certificate."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "lab-a.example")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(HOST))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = made.public_bytes(serialization.Encoding.PEM)
    (house / "keys" / "server.pem").write_bytes(pem)
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (house / "keys" / "server.key").touch(mode=0o600)
    (house / "keys" / "server.key").write_bytes(secret)
    return pem
