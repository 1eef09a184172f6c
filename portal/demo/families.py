"""Families in care, with what was arranged and done for them; none of them exists."""

from django.db import connection

from .members import LAST_DAY, name_values
from .sowing import sow

DRAW = """
    CREATE TEMPORARY TABLE sown_family ON COMMIT DROP AS
    SELECT nextval(pg_get_serial_sequence('members_family', 'id')) AS family_id, drawn.*,
           (ARRAY['bereaved', 'disabled', 'disabled', 'hardship', 'hardship', 'hardship', 'floating',
               'left-behind'])
               [1 + pg_temp.pick(n, %(seed)s + 61, 8)] AS kind,
           date '2016-03-01' + pg_temp.pick(n, %(seed)s + 62, 3000) AS starts_on,
           (%(surnames)s)[1 + pg_temp.pick(n, %(seed)s + 63, cardinality(%(surnames)s))] AS surname
    FROM (SELECT n, association_id, place FROM sown_member
          WHERE pg_temp.pick(n, %(seed)s + 64, 90) = 0 ORDER BY n) AS drawn
"""
INSERT_FAMILIES = """
    INSERT INTO members_family (id, association_id, kind, householder, address, phone, needs, starts_on,
        end_reason, version)
    SELECT family_id, association_id, kind,
           surname || (%(male)s)[1 + pg_temp.pick(n, %(seed)s + 65, cardinality(%(male)s))],
           place, '1990000' || lpad(pg_temp.pick(n, %(seed)s + 66, 10000)::text, 4, '0'),
           (ARRAY['定期探望', '就医陪护', '心理疏导', '生产帮扶', '子女助学'])
               [1 + pg_temp.pick(n, %(seed)s + 67, 5)],
           starts_on, '', 1
    FROM sown_family ORDER BY n
"""
INSERT_MEMBERS = """
    INSERT INTO members_familymember (family_id, name, kinship, sex, born_on, state, state_on, note, version)
    SELECT family_id, name, kinship, sex, born_on,
           CASE WHEN kinship = 'child' AND kind = 'bereaved' THEN 'deceased'
                WHEN kinship = 'child' AND kind = 'disabled' THEN 'disabled' ELSE 'well' END,
           CASE WHEN kinship = 'child' AND kind IN ('bereaved', 'disabled') THEN starts_on - 90 END, '', 1
    FROM (
        SELECT family_id, n, kind, starts_on, 1 AS place, 'husband' AS kinship, 'male' AS sex,
               surname || (%(male)s)[1 + pg_temp.pick(n, %(seed)s + 65, cardinality(%(male)s))] AS name,
               date '1955-01-01' + pg_temp.pick(n, %(seed)s + 68, 6000) AS born_on
        FROM sown_family
        UNION ALL
        SELECT family_id, n, kind, starts_on, 2, 'wife', 'female',
               (%(surnames)s)[1 + pg_temp.pick(n, %(seed)s + 69, cardinality(%(surnames)s))]
                   || (%(female)s)[1 + pg_temp.pick(n, %(seed)s + 70, cardinality(%(female)s))],
               date '1957-01-01' + pg_temp.pick(n, %(seed)s + 71, 6000)
        FROM sown_family
        UNION ALL
        SELECT family_id, n, kind, starts_on, 3, 'child', 'female',
               surname || (%(female)s)[1 + pg_temp.pick(n, %(seed)s + 72, cardinality(%(female)s))],
               date '1985-01-01' + pg_temp.pick(n, %(seed)s + 73, 8000)
        FROM sown_family
    ) AS member
    ORDER BY n, place
"""
INSERT_CONTACTS = """
    INSERT INTO members_familycontact (family_id, duty, name, title, phone, starts_on, version)
    SELECT family_id, duty,
           (%(surnames)s)[1 + pg_temp.pick(n, salt, cardinality(%(surnames)s))]
               || (%(male)s)[1 + pg_temp.pick(n, salt + 1, cardinality(%(male)s))],
           title, '1990000' || lpad(pg_temp.pick(n, salt + 2, 10000)::text, 4, '0'), starts_on + 15, 1
    FROM sown_family
    CROSS JOIN (VALUES ('township', '乡镇干部', %(seed)s + 74, 95), ('village', '村干部', %(seed)s + 77, 90))
        AS post (duty, title, salt, share)
    WHERE pg_temp.pick(n, salt + 2, 100) < share
    ORDER BY n, duty
"""
INSERT_DOCTORS = """
    INSERT INTO members_doctorcontract (family_id, clinic, doctor, phone, starts_on, ends_on, version)
    SELECT family_id, '乡镇卫生院',
           (%(surnames)s)[1 + pg_temp.pick(n, %(seed)s + 80, cardinality(%(surnames)s))] || '医生', '',
           date '2025-01-01', CASE WHEN pg_temp.pick(n, %(seed)s + 81, 8) = 0 THEN date '2025-12-31' END, 1
    FROM sown_family WHERE pg_temp.pick(n, %(seed)s + 82, 100) < 88 ORDER BY n
"""
INSERT_PASSES = """
    INSERT INTO members_hospitalpass (family_id, hospital, card_number, starts_on, version)
    SELECT family_id, '县人民医院', '绿通' || lpad(family_id::text, 6, '0'), starts_on + 30, 1
    FROM sown_family WHERE pg_temp.pick(n, %(seed)s + 83, 100) < 80 ORDER BY n
"""
INSERT_INSURANCES = """
    INSERT INTO members_familyinsurance (family_id, insurer, product, insured_count, premium_fen, subsidy_fen,
        starts_on, ends_on, version)
    SELECT family_id, '示例保险公司', '计生家庭综合保险', 2, 24000, 10000 * pg_temp.pick(n, %(seed)s + 84, 3),
           date '2026-03-01', date '2027-02-28', 1
    FROM sown_family WHERE pg_temp.pick(n, %(seed)s + 85, 100) < 55 ORDER BY n
"""
INSERT_VISITS = """
    INSERT INTO members_familyvisit (family_id, kind, "on", visitor, note, version)
    SELECT family_id, (ARRAY['routine', 'routine', 'festival', 'birthday', 'hospital', 'emergency'])
               [1 + pg_temp.pick(n * 8 + turn, %(seed)s + 86, 6)],
           date '2025-01-01' + pg_temp.pick(n * 8 + turn, %(seed)s + 87, %(last_day)s - date '2024-12-31'),
           '双岗联系人', '', 1
    FROM sown_family CROSS JOIN LATERAL generate_series(1, 1 + pg_temp.pick(n, %(seed)s + 88, 5)) AS turn
    ORDER BY n, turn
"""
INSERT_HELP = """
    INSERT INTO members_familyhelp (family_id, kind, "on", amount_fen, source, note, version)
    SELECT family_id, kind, date '2026-01-20' + pg_temp.pick(n, %(seed)s + 89, 200),
           CASE kind WHEN 'money' THEN 50000 WHEN 'medical' THEN 200000 WHEN 'schooling' THEN 100000
               ELSE 0 END,
           CASE WHEN kind IN ('money', 'medical', 'schooling') THEN '本级财政' ELSE '' END, '', 1
    FROM (SELECT family_id, n, (ARRAY['money', 'money', 'medical', 'schooling', 'counselling', 'work'])
              [1 + pg_temp.pick(n, %(seed)s + 90, 6)] AS kind FROM sown_family) AS helped
    WHERE pg_temp.pick(n, %(seed)s + 91, 100) < 70
    ORDER BY n
"""


def sow_families(*, seed: int) -> dict[str, int]:
    """Draw families in the villages sown in this transaction; return how many rows of each kind were made."""
    values = {"seed": seed * 100, "last_day": LAST_DAY, **name_values()}
    with connection.cursor() as cursor:
        cursor.execute(DRAW, values)
        cursor.execute("ANALYZE sown_family")
        return {
            name: sow(cursor, statement, values)
            for name, statement in (
                ("帮扶家庭", INSERT_FAMILIES),
                ("家庭成员", INSERT_MEMBERS),
                ("双岗联系人", INSERT_CONTACTS),
                ("医生签约", INSERT_DOCTORS),
                ("绿色通道", INSERT_PASSES),
                ("保险", INSERT_INSURANCES),
                ("走访", INSERT_VISITS),
                ("帮扶", INSERT_HELP),
            )
        }
