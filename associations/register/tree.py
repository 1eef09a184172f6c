"""The tree that the codes spell: nearest existing ancestors, found by the database for many rows at once."""

from django.db import connection
from django.db.backends.utils import CursorWrapper

# Any constant will do; it names the lock that every change of the tree takes.
TREE_LOCK = 7_340_001

# A unit's code (360102-0003) hangs under its host's, whatever the host's width.
NEAREST = """
    (SELECT upper.id FROM associations_association upper
      WHERE upper.code IN (left({code}, 2), left({code}, 4), left({code}, 6), left({code}, 9),
                           split_part({code}, '-', 1))
        AND length(upper.code) < length({code})
      ORDER BY length(upper.code) DESC LIMIT 1)
"""


def lock_tree() -> None:
    """Let one transaction at a time add, move or end codes; held until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [TREE_LOCK])


def relink(*, under: str) -> int:
    """Point every association below `under` (itself included) at its nearest existing ancestor.

    Units: the number of rows whose parent changed.
    """
    with connection.cursor() as cursor:
        return relink_with(cursor, under=under)


def relink_with(cursor: CursorWrapper, *, under: str) -> int:
    """Do as `relink` inside a cursor that the caller holds."""
    cursor.execute(
        f"""
        UPDATE associations_association AS row SET parent_id = near.parent_id
          FROM (SELECT own.id, {NEAREST.format(code="own.code")} AS parent_id
                  FROM associations_association own WHERE own.code LIKE %s) AS near
         WHERE row.id = near.id AND row.parent_id IS DISTINCT FROM near.parent_id
        """,  # noqa: S608 -- only the constant above is put into the text
        [f"{under}%"],
    )
    return int(cursor.rowcount)
