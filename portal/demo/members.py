"""Members of the villages: people, groups, memberships, households, by a statement for each table."""

from collections.abc import Iterator, Sequence
from datetime import date

from django.db import connection
from django.db.backends.utils import CursorWrapper
from stdnum.cn import ric

from members.enums import Sex
from members.identity import ID_NUMBER_PURPOSE
from portal.lib.pinyin import initials
from portal.lib.sealed import seal, search_hash

from .names import FEMALE, MALE, SURNAMES
from .sowing import prepare, sow

LAST_DAY = date(2026, 10, 31)
# No division has this code and no card can carry it; the portal itself would refuse to take such a number.
NOBODYS_REGION = "990000"

# Eleven to twenty-one members and up to two groups in a village; one village in sixteen has none yet.
DRAW_MEMBERS = """
    CREATE TEMPORARY TABLE sown_member ON COMMIT DROP AS
    SELECT nextval(pg_get_serial_sequence('members_person', 'id')) AS person_id, drawn.*,
           drawn.joined_earliest + pg_temp.pick(n, %(seed)s + 6, greatest(%(last_day)s - joined_earliest, 1))
               AS joined_on
    FROM (
        SELECT row_number() OVER (ORDER BY village.code, serial) AS n, village.id AS association_id,
               village.short_name AS place, village_key, serial,
               greatest(village.established_on, date '2008-05-29') AS joined_earliest
        FROM associations_association AS village
        CROSS JOIN LATERAL hashtextextended(village.code, 0) AS village_key
        CROSS JOIN LATERAL generate_series(
            1, %(scale)s * (11 + pg_temp.pick(village_key, %(seed)s, 11))) AS serial
        WHERE village.level = 5 AND village.established_on IS NOT NULL
            AND village.code ~ %(prefixes)s AND pg_temp.pick(village_key, %(seed)s + 1, 16) > 0
        ORDER BY village.code, serial
    ) AS drawn
"""
DRAW_TRAITS = """
    CREATE TEMPORARY TABLE sown_trait ON COMMIT DROP AS
    SELECT n, CASE WHEN is_female THEN 'female' ELSE 'male' END AS sex,
           date '1946-01-01' + pg_temp.pick(n, %(seed)s + 2, 16000) AS born_on,
           1 + pg_temp.pick(n, %(seed)s + 3, cardinality(%(surnames)s)) AS surname,
           1 + pg_temp.pick(n, %(seed)s + 4, cardinality(%(male)s)) AS given
    FROM (SELECT n, pg_temp.pick(n, %(seed)s + 5, 100) < 58 AS is_female FROM sown_member) AS member
"""
NUMBERED = """
    SELECT n, sex, born_on FROM sown_trait WHERE pg_temp.pick(n, %(seed)s + 7, 50) = 0 ORDER BY n
"""
KEEP_NUMBERS = """
    CREATE TEMPORARY TABLE sown_number ON COMMIT DROP AS
    SELECT * FROM unnest(%(rows)s::bigint[], %(sealed)s::bytea[], %(hashes)s::text[])
        AS given (n, sealed, hash)
"""
INSERT_PEOPLE = """
    INSERT INTO members_person (id, association_id, name, name_key, sex, born_on, ethnicity,
        political_status, education, workplace, title, phone, id_number_sealed, id_number_hash, version)
    SELECT person_id, association_id,
           (%(surnames)s)[surname] ||
               CASE sex WHEN 'female' THEN (%(female)s)[given] ELSE (%(male)s)[given] END,
           (%(surname_keys)s)[surname] ||
               CASE sex WHEN 'female' THEN (%(female_keys)s)[given] ELSE (%(male_keys)s)[given] END,
           sex, born_on,
           CASE pg_temp.pick(n, %(seed)s + 8, 60) WHEN 0 THEN '畲族' WHEN 1 THEN '回族' ELSE '汉族' END,
           CASE WHEN pg_temp.pick(n, %(seed)s + 9, 100) < 14 THEN 'party-member' ELSE 'none' END,
           (ARRAY['primary', 'junior', 'junior', 'senior', 'college', 'bachelor'])
               [1 + pg_temp.pick(n, %(seed)s + 10, 6)],
           '', '', '1990000' || lpad(pg_temp.pick(n, %(seed)s + 11, 10000)::text, 4, '0'),
           number.sealed, number.hash, 1
    FROM sown_member JOIN sown_trait USING (n) LEFT JOIN sown_number AS number USING (n)
    ORDER BY n
"""
INSERT_GROUPS = """
    INSERT INTO members_membergroup (association_id, name, leader_id, starts_on, version)
    SELECT association_id, '第' || serial || '会员小组', person_id, joined_earliest, 1
    FROM sown_member WHERE serial <= 1 + pg_temp.pick(village_key, %(seed)s + 12, 2) ORDER BY n
"""
INSERT_MEMBERSHIPS = """
    INSERT INTO members_membership (association_id, kind, person_id, group_id, category, is_key_member,
        joined_on, left_on, leave_reason, version)
    SELECT association_id, 'individual', person_id, group_id,
           (ARRAY['childbearing', 'childbearing', 'villager', 'five-elders', 'pacesetter', 'medical',
               'teacher', 'entrepreneur', 'floating', 'other'])[1 + pg_temp.pick(n, %(seed)s + 13, 10)],
           pg_temp.pick(n, %(seed)s + 14, 9) = 0, joined_on, left_on,
           CASE WHEN left_on IS NULL THEN '' ELSE (ARRAY['moved', 'resigned', 'cleared', 'deceased'])
               [1 + pg_temp.pick(n, %(seed)s + 15, 4)] END, 1
    FROM (
        SELECT member.*,
               groups.keys[1 + pg_temp.pick(n, %(seed)s + 16, cardinality(groups.keys))] AS group_id,
               CASE WHEN pg_temp.pick(n, %(seed)s + 17, 100) < 6
                   THEN least(joined_on + 200 + pg_temp.pick(n, %(seed)s + 18, 1500), %(last_day)s) END
                   AS left_on
        FROM sown_member AS member
        JOIN (SELECT association_id, array_agg(id ORDER BY id) AS keys FROM members_membergroup
              GROUP BY association_id) AS groups USING (association_id)
    ) AS member
    ORDER BY n
"""
INSERT_HOUSEHOLDS = """
    INSERT INTO members_contacthousehold (membership_id, householder, address, phone, starts_on, version)
    SELECT membership.id, (%(surnames)s)[1 + pg_temp.pick(n, %(seed)s + 19, cardinality(%(surnames)s))]
               || (%(male)s)[1 + pg_temp.pick(n, %(seed)s + 20, cardinality(%(male)s))],
           member.place, '', membership.joined_on, 1
    FROM sown_member AS member
    JOIN members_membership AS membership USING (person_id, association_id)
    WHERE membership.is_key_member AND membership.left_on IS NULL
    ORDER BY n
"""


def sow_members(prefixes: Sequence[str], *, seed: int, scale: int) -> dict[str, int]:
    """Fill the established villages under the prefixes; return how many rows of each kind were made."""
    values = {"seed": seed * 100, "scale": scale, "last_day": LAST_DAY, "prefixes": pattern(prefixes)}
    values |= name_values()
    with connection.cursor() as cursor:
        prepare(cursor)
        for statement in (DRAW_MEMBERS, DRAW_TRAITS):
            cursor.execute(statement, values)
        cursor.execute("ANALYZE sown_member")
        cursor.execute("ANALYZE sown_trait")
        _number(cursor, values)
        made = {
            name: sow(cursor, statement, values)
            for name, statement in (
                ("会员人员", INSERT_PEOPLE),
                ("会员小组", INSERT_GROUPS),
                ("会员", INSERT_MEMBERSHIPS),
            )
        }
        cursor.execute("ANALYZE members_membership")
        made["联系户"] = sow(cursor, INSERT_HOUSEHOLDS, values)
    return made


def pattern(prefixes: Sequence[str]) -> str:
    """Return the regular expression of codes under the prefixes; none means everywhere."""
    return f"^({'|'.join(prefixes)})" if prefixes else "^"


def name_values() -> dict[str, list[str]]:
    """Return surnames and given names, as many for women as for men, each with its initials."""
    female, male = _paired(FEMALE), _paired(MALE)
    return {
        "surnames": list(SURNAMES),
        "surname_keys": [initials(surname) for surname in SURNAMES],
        "female": female,
        "female_keys": [initials(name) for name in female],
        "male": male,
        "male_keys": [initials(name) for name in male],
    }


def _paired(names: Sequence[str]) -> list[str]:
    return [first[0] + second[1] for first in names for second in names]


def _number(cursor: CursorWrapper, values: dict[str, object]) -> None:
    """Seal an ID number for one person in fifty."""
    cursor.execute(NUMBERED, values)
    drawn = [(n, number) for n, number in _numbers(cursor.fetchall())]
    columns = {
        "rows": [n for n, _ in drawn],
        "sealed": [seal(number, ID_NUMBER_PURPOSE) for _, number in drawn],
        "hashes": [search_hash(number) for _, number in drawn],
    }
    cursor.execute(KEEP_NUMBERS, columns)
    cursor.execute("ANALYZE sown_number")


def _numbers(people: Sequence[tuple[int, str, date]]) -> Iterator[tuple[int, str]]:
    serials: dict[tuple[str, date], int] = {}
    for n, sex, born_on in people:
        # Odd serials are men's; a day has 500 of each, which no demo uses up.
        serial = serials.get((sex, born_on), 1 if sex == Sex.MALE else 2)
        serials[sex, born_on] = serial + 2
        body = f"{NOBODYS_REGION}{born_on:%Y%m%d}{serial % 1000:03d}"
        yield n, body + ric.calc_check_digit(f"{body}0")
