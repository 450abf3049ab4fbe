"""Who vouches for what: signing keys, releases attested in a chain, and whether what came is what was released."""

from revenuer.share.signing.attestation import EXTENSION_ID, TYPE, Head, Signer, attest, head_of
from revenuer.share.signing.canonical import canonical, object_sha256, read_time, sha256, stix_time
from revenuer.share.signing.key_ring import KeyRing, read_jwk_file, read_jwk_set
from revenuer.share.signing.own_keys import (
    KEYS_FILE,
    OwnKeys,
    first_key,
    own_keys_bytes,
    read_own_keys,
    revoked,
    rotated,
)
from revenuer.share.signing.release_books import (
    RELEASE_TABLES,
    KnownHead,
    check_received,
    differing,
    issue,
    known_heads,
    own_head,
    partner_head,
    partner_keys,
)
from revenuer.share.signing.verify import FaultKind, ReleaseFault, Verified, verify_release, verify_releases

__all__ = [
    "EXTENSION_ID",
    "KEYS_FILE",
    "RELEASE_TABLES",
    "TYPE",
    "FaultKind",
    "Head",
    "KeyRing",
    "KnownHead",
    "OwnKeys",
    "ReleaseFault",
    "Signer",
    "Verified",
    "attest",
    "canonical",
    "check_received",
    "differing",
    "first_key",
    "head_of",
    "issue",
    "known_heads",
    "object_sha256",
    "own_head",
    "own_keys_bytes",
    "partner_head",
    "partner_keys",
    "read_jwk_file",
    "read_jwk_set",
    "read_own_keys",
    "read_time",
    "revoked",
    "rotated",
    "sha256",
    "stix_time",
    "verify_release",
    "verify_releases",
]
