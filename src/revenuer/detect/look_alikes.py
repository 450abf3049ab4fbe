"""Who else would look like this group: declared siblings, one verified company, licensed and declared users.

These are facts that the provider knows of an account, not measurements; they exempt before anything is weighed.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from revenuer.detect.population import Population
from revenuer.records import LICENSED_DISTILLATION

CHECKED = ("business", "kyc")
MIN_SIBLINGS = 3
SIBLING_SHARE = 0.6
MIN_HOUSE = 6
ONE_DOOR = 0.4
"""Part of a mail domain's accounts that signed up from one address: a house's own domain, not a mail provider's."""
AT_HOME = 0.6
"""A group that holds less of a house than this holds guests: they are the house's."""


def licensed(population: Population) -> np.ndarray:
    """Return (N,) bool: accounts with a distillation licence that somebody checked. A bare declaration exempts nobody."""
    use = population.registry["declared_use"]
    is_licence: np.ndarray = np.asarray(pc.fill_null(pc.equal(use, LICENSED_DISTILLATION), False))
    return np.asarray(_checked(population) & is_licence)


def declared(population: Population) -> np.ndarray:
    """Return (N,) bool: verified accounts that declared any use (evaluation, red teaming, ...)."""
    return np.asarray(_checked(population) & np.asarray(pc.is_valid(population.registry["declared_use"])))


def _checked(population: Population) -> np.ndarray:
    verification = population.registry["verification"]
    checked: np.ndarray = np.asarray(
        pc.fill_null(pc.is_in(verification, value_set=pa.array(CHECKED, pa.string())), False)
    )
    return checked


def without_declared_siblings(accounts: np.ndarray, population: Population) -> tuple[np.ndarray, str | None]:
    """Return the accounts less those of organisations that hold MIN_SIBLINGS or more of them, and why, if most went.

    One customer's own keys are one customer, however alike they work.
    """
    if not len(accounts):
        return accounts, None
    organization = population.organization[accounts]
    values, index, count = np.unique(organization, return_inverse=True, return_counts=True)
    siblings = (organization >= 0) & (count[index] >= MIN_SIBLINGS)
    rest = accounts[~siblings]
    if siblings.mean() >= SIBLING_SHARE:
        n = int((count[values >= 0] >= MIN_SIBLINGS).sum())
        return (
            rest,
            f"{int(siblings.sum())} of {len(accounts)} accounts are declared siblings of {n} organisation(s)",
        )
    return rest, None


def one_company(accounts: np.ndarray, population: Population, share_at_large: float = 0.02) -> str | None:
    """Return why the accounts are one verified company's, or None: one mail domain that few others have, checked."""
    code, domain = population.mail_domain
    mine = code[accounts]
    mine = mine[mine >= 0]
    if not len(mine):
        return None
    top = int(np.bincount(mine).argmax())
    common = float((code == top).mean()) > max(share_at_large, 3 * len(accounts) / population.size)
    if common or float((code[accounts] == top).mean()) < 0.9:
        return None
    if float(_checked(population)[accounts].mean()) < 0.5:
        return None
    return f"one mail domain ({domain[top].as_py()}) on a business that was verified"


def houses(population: Population) -> np.ndarray:
    """Return (N,) an int code of each account's house (a school, an office: one mail domain behind one door), -1 for none."""
    domain, _ = population.mail_domain
    door = population.registry["signup_ip"].combine_chunks().dictionary_encode()
    address = np.asarray(door.indices.fill_null(-1)).astype(np.int64)
    known = np.flatnonzero((domain >= 0) & (address >= 0))
    pairs, counts = np.unique(np.column_stack([domain[known], address[known]]), axis=0, return_counts=True)
    size = np.bincount(domain[domain >= 0], minlength=1)
    busiest = np.zeros(len(size), np.int64)
    np.maximum.at(busiest, pairs[:, 0], counts)
    is_house = (size >= MIN_HOUSE) & (busiest >= ONE_DOOR * size)
    found: np.ndarray = np.where((domain >= 0) & is_house[domain], domain, -1)
    return found


def guests(accounts: np.ndarray, house: np.ndarray) -> np.ndarray:
    """Return a mask over `accounts`: those of a house most of which is not among them.

    A few of a class do an operator's kind of task at an operator's hour; their classmates, who do not, say whose they are.
    """
    inside = np.bincount(house[accounts] + 1, minlength=int(house.max(initial=-1)) + 2)
    whole = np.bincount(house + 1, minlength=len(inside))
    mine = house[accounts] + 1
    return np.asarray((mine > 0) & (inside[mine] < AT_HOME * whole[mine]))
