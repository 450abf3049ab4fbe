"""Our own marks: keys for each account or campaign, what they change in a response, and their exact detection."""

from revenuer.prove.marks.context_mask import ContextMask
from revenuer.prove.marks.decoys import DecoyCheck, check_decoys
from revenuer.prove.marks.dual_gumbel import DualGumbel
from revenuer.prove.marks.green import Green
from revenuer.prove.marks.gumbel import Gumbel
from revenuer.prove.marks.keys import MarkKey, decoy_keys, derive_key, read_master
from revenuer.prove.marks.pairs import Pairs, Sample, distinct_pairs, sample_of
from revenuer.prove.marks.scheme import Scheme
from revenuer.prove.marks.write import write_marked

__all__ = [
    "ContextMask",
    "DecoyCheck",
    "DualGumbel",
    "Green",
    "Gumbel",
    "MarkKey",
    "Pairs",
    "Sample",
    "Scheme",
    "check_decoys",
    "decoy_keys",
    "derive_key",
    "distinct_pairs",
    "read_master",
    "sample_of",
    "write_marked",
]
