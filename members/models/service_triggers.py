import pgtrigger

# A service stands on a contract of its day and on a training up to that day; both sides are guarded, so that
# neither an early service nor a contract that is taken away afterwards can break it.
KEEPS_SERVICES_PREPARED = pgtrigger.Trigger(
    name="keeps_services_prepared",
    operation=pgtrigger.Update | pgtrigger.Delete,
    when=pgtrigger.After,
    func="""
        IF EXISTS (
            SELECT 1 FROM members_servicerecord AS service
            WHERE service.volunteer_id = OLD.volunteer_id AND NOT (
                EXISTS (SELECT 1 FROM members_volunteercontract AS contract
                    WHERE contract.volunteer_id = OLD.volunteer_id
                        AND daterange(contract.starts_on, contract.ends_on, '[]') @> service."on")
                AND EXISTS (SELECT 1 FROM members_volunteertraining AS training
                    WHERE training.volunteer_id = OLD.volunteer_id AND training."on" <= service."on"))
        ) THEN
            RAISE EXCEPTION USING ERRCODE = 'check_violation',
                CONSTRAINT = 'service_is_prepared', MESSAGE = 'service without contract or training';
        END IF;
        RETURN NULL;
    """,
)
# FOR SHARE: neither can be taken away between this check and the commit.
IS_PREPARED = pgtrigger.Trigger(
    name="is_prepared",
    operation=pgtrigger.Insert | pgtrigger.UpdateOf("volunteer_id", "on"),
    when=pgtrigger.Before,
    declare=[("is_trained", "boolean")],
    func="""
        PERFORM 1 FROM members_volunteertraining
        WHERE volunteer_id = NEW.volunteer_id AND "on" <= NEW."on" FOR SHARE;
        is_trained := FOUND;
        PERFORM 1 FROM members_volunteercontract
        WHERE volunteer_id = NEW.volunteer_id
            AND daterange(starts_on, ends_on, '[]') @> NEW."on" FOR SHARE;
        IF NOT (FOUND AND is_trained) THEN
            RAISE EXCEPTION USING ERRCODE = 'check_violation',
                CONSTRAINT = 'service_is_prepared', MESSAGE = 'service without contract or training';
        END IF;
        RETURN NEW;
    """,
)
