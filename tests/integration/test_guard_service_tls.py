"""Administration by client certificate, with real ones."""

import http.client
import os
import shutil
import ssl
import subprocess
from pathlib import Path

import pytest

from builders.guard_service import running

EXTENSIONS = "subjectAltName=IP:127.0.0.1\nextendedKeyUsage=serverAuth,clientAuth\n"


def openssl(folder: Path, *words: str) -> None:
    subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)


def certify(folder: Path, name: str, common_name: str, ca: str | None) -> None:
    """Write NAME.pem and NAME.key: self-signed, or signed by `ca`."""
    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", f"{name}.key")
    if ca is None:
        openssl(
            folder, "req", "-x509", *key, "-subj", f"/CN={common_name}", "-days", "2", "-out", f"{name}.pem"
        )
        return
    (folder / "extensions").write_text(EXTENSIONS)
    openssl(folder, "req", *key, "-subj", f"/CN={common_name}", "-out", f"{name}.csr")
    signing = (
        "-CA",
        f"{ca}.pem",
        "-CAkey",
        f"{ca}.key",
        "-CAcreateserial",
        "-days",
        "2",
        "-extfile",
        "extensions",
    )
    openssl(folder, "x509", "-req", "-in", f"{name}.csr", *signing, "-out", f"{name}.pem")


def status_of(folder: Path, port: int, path: str, client: str | None) -> int:
    context = ssl.create_default_context(cafile=str(folder / "ca.pem"))
    if client is not None:
        context.load_cert_chain(folder / f"{client}.pem", folder / f"{client}.key")
    connection = http.client.HTTPSConnection("127.0.0.1", port, context=context, timeout=30)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    finally:
        connection.close()


def test_a_certificate_of_our_ca_with_a_listed_subject_administers(tmp_path: Path) -> None:
    if shutil.which("openssl") is None:
        if os.environ.get("CI") == "true":
            pytest.fail("openssl is missing")
        pytest.skip("openssl is not installed")
    certify(tmp_path, "ca", "test ca", None)
    certify(tmp_path, "foreign-ca", "another ca", None)
    for name, common_name, ca in (
        ("server", "guard", "ca"),
        ("kim", "kim", "ca"),
        ("stranger", "stranger", "ca"),
        ("impostor", "kim", "foreign-ca"),
    ):
        certify(tmp_path, name, common_name, ca)
    options = ["--tls-certificate", "server.pem", "--tls-key", "server.key", "--tls-client-ca", "ca.pem"]
    with running(*options, "--admin-subject", "kim", cwd=tmp_path) as service:
        port = service.port
        assert status_of(tmp_path, port, "/v1/policy", "kim") == 200
        assert status_of(tmp_path, port, "/v1/policy", "stranger") == 401
        assert status_of(tmp_path, port, "/v1/policy", None) == 401
        assert status_of(tmp_path, port, "/readyz", None) == 200
        with pytest.raises((ssl.SSLError, ConnectionError, http.client.HTTPException)):
            status_of(tmp_path, port, "/v1/policy", "impostor")
