import pgtrigger

# The county is the first six digits of the code of where somebody is on record, for a city all four. A unique
# index over it holds a number once, so that only those wait for each other who enter the same one.
# What stood twice already (before there was this rule, or since two places were put under one code) holds no
# county: the register goes on, and 疑似重复人员 lists the pair.
KNOWS_NUMBER_COUNTY = pgtrigger.Trigger(
    name="knows_number_county",
    operation=pgtrigger.Insert | pgtrigger.Update,
    when=pgtrigger.Before,
    condition=pgtrigger.Condition("NEW.id_number_hash IS NOT NULL OR NEW.number_county IS NOT NULL"),
    func="""
        IF NEW.id_number_hash IS NULL THEN
            NEW.number_county := NULL;
            RETURN NEW;
        END IF;
        SELECT left(split_part(code, '-', 1), 6) INTO NEW.number_county
        FROM associations_association WHERE id = NEW.association_id;
        IF TG_OP = 'UPDATE' THEN
            IF NEW.id_number_hash IS NOT DISTINCT FROM OLD.id_number_hash
                AND NEW.association_id = OLD.association_id
                AND NEW.number_county IS DISTINCT FROM OLD.number_county
                AND EXISTS (SELECT 1 FROM members_person AS other
                    WHERE other.number_county = NEW.number_county
                        AND other.id_number_hash = NEW.id_number_hash AND other.id <> NEW.id)
            THEN
                NEW.number_county := NULL;
            END IF;
        END IF;
        RETURN NEW;
    """,
)
