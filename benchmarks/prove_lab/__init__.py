"""A small, seeded laboratory: a teacher on real text, students on what the teacher says, and what becomes of a mark on the way."""
