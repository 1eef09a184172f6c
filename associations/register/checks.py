"""What must agree inside the register, as SQL that lists the rows where it does not."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection

from associations.models import RULE_FAMILIES
from associations.register.tree import NEAREST

MOST_ROWS = 50
NEAREST_ABOVE = NEAREST.format(code="associations_association.code")


@dataclass(frozen=True, kw_only=True)
class Disagreement:
    """One row that breaks a rule of the register, named by its code or document."""

    rule: str
    row: str


RULES = {
    "代码位数与层级不符": """
        SELECT code FROM associations_association
         WHERE (level < 6 AND (code !~ '^\\d+$' OR length(code) <> (ARRAY[2, 4, 6, 9, 12])[level]))
            OR (level = 6 AND code !~ '^\\d{2,12}-\\d{4}$')
    """,
    "上级不是代码所示的最近上级": (
        f"SELECT code FROM associations_association WHERE parent_id IS DISTINCT FROM {NEAREST_ABOVE}"  # noqa: S608
    ),
    "省级以下没有上级": "SELECT code FROM associations_association WHERE level > 1 AND parent_id IS NULL",
    "单位协会的所在地不在名录中": """
        SELECT unit.code FROM associations_association unit
         WHERE unit.level = 6 AND NOT EXISTS (SELECT FROM associations_association host
                                               WHERE host.code = split_part(unit.code, '-', 1))
    """,
    "沿革前后代码不衔接": """
        SELECT bad.old_code || ' → ' || bad.new_code FROM (
            SELECT past.*, row.code AS code_now,
                   lead(past.old_code)
                       OVER (PARTITION BY past.association_id ORDER BY past.on, past.id) AS next
              FROM associations_succession past
              JOIN associations_association row ON row.id = past.association_id
             WHERE past.kind = 'recode') AS bad
         WHERE bad.new_code <> coalesce(bad.next, bad.code_now)
    """,
    "并入的协会没有写明去向": """
        SELECT old_code FROM associations_succession WHERE kind IN ('merge', 'split') AND other_id IS NULL
    """,
}
RULE_SCOPE = """
    SELECT coalesce(nullif(document.number, ''), document.title) || ' ' || rule.clause || ' ' || scope.code
      FROM {table} rule
      JOIN associations_policydocument document ON document.id = rule.document_id
      JOIN associations_association issuer ON issuer.id = document.issuer_id
      JOIN associations_association scope ON scope.id = rule.scope_id
     WHERE NOT starts_with(scope.code, issuer.code)
"""


def disagreements() -> list[Disagreement]:
    """List what does not agree: codes, levels, parents, hosts, rule scopes, chains of succession.

    Shape: at most 50 rows a rule.
    """
    return [
        Disagreement(rule=rule, row=row)
        for rule, statement in _statements()
        for row in _rows(f"{statement} LIMIT {MOST_ROWS}")
    ]


def _statements() -> Iterator[tuple[str, str]]:
    yield from RULES.items()
    for family in RULE_FAMILIES:
        rule = f"{family._meta.verbose_name}的适用地区不在发文地区之内"
        yield rule, RULE_SCOPE.format(table=family._meta.db_table)


def _rows(statement: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return [row for (row,) in cursor.fetchall()]
