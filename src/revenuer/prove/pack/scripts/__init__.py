"""Scripts that go into evidence packs: Python's own library only, each the slow and readable reference of a test."""
