"""Evidence packs: everything from which an opposing expert recomputes p, hashed and signed."""

from revenuer.prove.pack.evidence_pack import EvidencePack, InputFile, input_file, pack_bytes
from revenuer.prove.pack.signature import Signer, read_signing_key
from revenuer.prove.pack.verify import PackCheck, verify_pack

__all__ = [
    "EvidencePack",
    "InputFile",
    "PackCheck",
    "Signer",
    "input_file",
    "pack_bytes",
    "read_signing_key",
    "verify_pack",
]
