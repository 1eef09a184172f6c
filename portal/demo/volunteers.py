"""Volunteers among the members: some have applied, most have signed, were trained and served."""

from django.db import connection

from .members import LAST_DAY
from .sowing import sow

DRAW = """
    CREATE TEMPORARY TABLE sown_volunteer ON COMMIT DROP AS
    SELECT nextval(pg_get_serial_sequence('members_volunteer', 'id')) AS volunteer_id, drawn.*,
           pg_temp.pick(n, %(seed)s + 31, 100) AS fate,
           applied_on + 7 + pg_temp.pick(n, %(seed)s + 32, 20) AS registered_on
    FROM (
        SELECT n, member.association_id, member.person_id,
               greatest(membership.joined_on, date '2018-01-01') + pg_temp.pick(n, %(seed)s + 33, 365)
                   AS applied_on
        FROM sown_member AS member
        JOIN members_membership AS membership USING (person_id, association_id)
        WHERE membership.left_on IS NULL AND membership.joined_on < date '2024-06-30'
            AND pg_temp.pick(n, %(seed)s + 34, 30) = 0
        ORDER BY n
    ) AS drawn
"""
INSERT_VOLUNTEERS = """
    INSERT INTO members_volunteer (id, association_id, person_id, skills, applied_on, registered_on,
        end_reason, version)
    SELECT volunteer_id, association_id, person_id,
           ARRAY[(ARRAY['counselling', 'social-work', 'legal-aid', 'reproductive-health'])
               [1 + pg_temp.pick(n, %(seed)s + 35, 4)]],
           applied_on, CASE WHEN fate >= 8 THEN registered_on END, '', 1
    FROM sown_volunteer ORDER BY n
"""
INSERT_CONTRACTS = """
    INSERT INTO members_volunteercontract (volunteer_id, number, starts_on, version)
    SELECT volunteer_id, '志协' || volunteer_id, registered_on, 1
    FROM sown_volunteer WHERE fate >= 16 ORDER BY n
"""
INSERT_TRAININGS = """
    INSERT INTO members_volunteertraining (volunteer_id, subject, "on", hours, version)
    SELECT volunteer_id, (ARRAY['志愿服务基础', '健康知识宣讲', '陪伴与倾听'])
               [1 + pg_temp.pick(n, %(seed)s + 36, 3)],
           registered_on + 10, 4 + pg_temp.pick(n, %(seed)s + 37, 9), 1
    FROM sown_volunteer WHERE fate >= 20 ORDER BY n
"""
INSERT_SERVICES = """
    INSERT INTO members_servicerecord (volunteer_id, "on", hours, content, version)
    SELECT volunteer_id,
           registered_on + 10 + pg_temp.pick(n * 16 + turn, %(seed)s + 38, %(last_day)s - registered_on - 9),
           0.5 * (1 + pg_temp.pick(n * 16 + turn, %(seed)s + 39, 12)),
           (ARRAY['入户走访', '健康讲座', '节日慰问', '政策宣传', '心理陪伴'])
               [1 + pg_temp.pick(n * 16 + turn, %(seed)s + 40, 5)], 1
    FROM sown_volunteer
    CROSS JOIN LATERAL generate_series(1, 1 + pg_temp.pick(n, %(seed)s + 41, 6)) AS turn
    WHERE fate >= 20
    ORDER BY n, turn
"""
INSERT_RATINGS = """
    INSERT INTO members_volunteerrating (volunteer_id, year, stars, note, version)
    SELECT volunteer_id, 2025, 3 + pg_temp.pick(n, %(seed)s + 42, 3), '', 1
    FROM sown_volunteer WHERE fate >= 45 ORDER BY n
"""


def sow_volunteers(*, seed: int) -> dict[str, int]:
    """Draw volunteers from the members sown in this transaction; return how many rows were made."""
    values = {"seed": seed * 100, "last_day": LAST_DAY}
    with connection.cursor() as cursor:
        cursor.execute(DRAW, values)
        cursor.execute("ANALYZE sown_volunteer")
        return {
            name: sow(cursor, statement, values)
            for name, statement in (
                ("志愿者", INSERT_VOLUNTEERS),
                ("协议", INSERT_CONTRACTS),
                ("培训", INSERT_TRAININGS),
                ("服务记录", INSERT_SERVICES),
                ("评价", INSERT_RATINGS),
            )
        }
