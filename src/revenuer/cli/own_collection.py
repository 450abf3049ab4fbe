"""A collection of our own server: found by name, and written to."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from revenuer.records import InputError, UsageError
from revenuer.share.house import House
from revenuer.share.taxii.assemble import now_us
from revenuer.share.taxii.open_store import open_store
from revenuer.share.taxii.publish import OWN, put_objects
from revenuer.share.taxii.read_settings import read_settings
from revenuer.share.taxii.settings import Collection, Settings
from revenuer.share.taxii.stored import Store, StoreFault


def own_collection(house: House, name: str) -> tuple[Settings, Collection]:
    """Return the collection called `name` (or with that id) in server.toml. Raises UsageError where there is none."""
    settings = read_settings(house, os.environ)
    found = next((one for one in settings.collections.values() if name in (one.name, one.id)), None)
    if found is None:
        raise UsageError(
            f"server.toml has no collection {name!r}; it has {', '.join(sorted(settings.collections))}"
        )
    return settings, found


@contextmanager
def own_store(house: House, settings: Settings) -> Iterator[Store]:
    """Give the server's store. Raises InputError where it cannot be used now."""
    store = open_store(settings.store, house.folder)
    try:
        yield store
    except StoreFault as error:
        raise InputError(f"the store cannot be used: {error}; some of it may be done, run again") from error
    finally:
        store.close()


def put(house: House, name: str, objects: Sequence[dict[str, object]]) -> int:
    """Put objects of ours into a collection and return how many are new there. Raises InputError for the first that the store refuses."""
    settings, collection = own_collection(house, name)
    with own_store(house, settings) as store:
        taken = put_objects(store, collection.id, objects, settings.limits.intake, OWN, now_us())
    refused = next((one for one in taken if one.fault is not None), None)
    if refused is not None:
        raise InputError(f"the store refused {refused.id}: {refused.fault}; the others are in")
    return sum(one.note is None for one in taken)
