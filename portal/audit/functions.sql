-- Functions that keep the trail, made anew after every `migrate` by its owner (ADR 48). Those of SECURITY DEFINER
-- run as the owner, so each names its schemas: a temporary table of the caller must not stand in for a real one.

-- A context grows while its request runs and stands from then on. pghistory's own function would let any later
-- session that names the context's id write over what it says.
CREATE OR REPLACE FUNCTION public._pgh_attach_context() RETURNS uuid
LANGUAGE plpgsql AS $$
DECLARE
    context_id uuid := nullif(current_setting('pghistory.context_id', true), '');
    said jsonb := nullif(current_setting('pghistory.context_metadata', true), '');
BEGIN
    IF context_id IS NULL OR said IS NULL THEN
        RETURN NULL;
    END IF;
    INSERT INTO public.pghistory_context AS kept (id, metadata, created_at, updated_at)
    VALUES (context_id, said, now(), now())
    ON CONFLICT (id) DO UPDATE SET metadata = excluded.metadata, updated_at = excluded.updated_at
    WHERE kept.metadata <> excluded.metadata
        AND excluded.metadata @> kept.metadata
        AND kept.created_at > now() - interval '30 minutes';
    RETURN context_id;
END $$;

-- pgtrigger lets any session switch its triggers off by a setting. Here only the owner's sessions may, and the
-- function below, for the one trigger that stands in its way.
CREATE OR REPLACE FUNCTION public._pgtrigger_should_ignore(trigger_name name) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
    ignored text[] := nullif(current_setting('pgtrigger.ignore', true), '');
    owner oid := (SELECT proowner FROM pg_catalog.pg_proc
        WHERE oid = 'public.audit_blank_versions(text, bigint[], bigint, text)'::regprocedure);
BEGIN
    IF ignored IS NULL OR NOT trigger_name = ANY (ignored) THEN
        RETURN false;
    END IF;
    RETURN pg_has_role(session_user, owner, 'MEMBER')
        OR (trigger_name ^@ 'pgtrigger_append_only_' AND pg_has_role(current_user, owner, 'MEMBER'));
END $$;

-- Blank some columns of one row of the trail; its digests before and after are kept. Nobody but the owner calls it.
CREATE OR REPLACE FUNCTION public.audit_blank_row(
    trail text, key_column text, row_key text, happened_at timestamptz, fields jsonb, by_user bigint, why text
) RETURNS void
LANGUAGE plpgsql
SET search_path = public, pg_temp
SET timezone = 'UTC' SET datestyle = 'ISO, YMD' SET bytea_output = 'hex' SET extra_float_digits = 1
SET pgtrigger.ignore = '{}'
AS $$
DECLARE
    -- The day's seal, where there is one, says which columns count; later migrations may have added some.
    kept text[] := (SELECT array(SELECT jsonb_array_elements_text(tables -> trail -> 'columns'))
        FROM audit_seal WHERE day = (happened_at AT TIME ZONE 'Asia/Shanghai')::date AND tables ? trail);
    protection text := (SELECT tgname FROM pg_trigger
        WHERE tgrelid = to_regclass(quote_ident(trail)) AND tgname ^@ 'pgtrigger_append_only_');
    place text := format('%I WHERE %I = %L', trail, key_column, row_key);
    digest text;
    before bytea;
    after bytea;
BEGIN
    kept := coalesce(kept, (SELECT array_agg(attname::text ORDER BY attnum) FROM pg_attribute
        WHERE attrelid = to_regclass(quote_ident(trail)) AND attnum > 0 AND NOT attisdropped));
    digest := format('sha256(convert_to(ROW(%s)::text, ''UTF8''))',
        (SELECT string_agg(quote_ident(name), ', ' ORDER BY number)
            FROM unnest(kept) WITH ORDINALITY AS c (name, number)));
    EXECUTE format('SELECT %s FROM %s FOR UPDATE', digest, place) INTO STRICT before;
    PERFORM set_config('pgtrigger.ignore', format('{%s}', protection), true);
    EXECUTE format('UPDATE %I AS kept SET (%s) = ROW(%s) FROM (SELECT (jsonb_populate_record(t, $1)).* FROM %I AS t '
        'WHERE t.%I = %L) AS blank WHERE kept.%I = blank.%I',
        trail,
        (SELECT string_agg(quote_ident(name), ', ') FROM jsonb_object_keys(fields) AS f (name)),
        (SELECT string_agg('blank.' || quote_ident(name), ', ') FROM jsonb_object_keys(fields) AS f (name)),
        trail, key_column, row_key, key_column, key_column) USING fields;
    EXECUTE format('SELECT %s FROM %s', digest, place) INTO STRICT after;
    INSERT INTO audit_erasedrow
        ("table", key, happened_at, columns, before, after, fields, by_id, reason, erased_at)
    VALUES (trail, row_key, happened_at, kept, before, after,
        array(SELECT jsonb_object_keys(fields)), by_user, why, now());
END $$;

-- Erase some records from the history: the columns that `audit_blanks` names in all their kept versions, and the free
-- text that was said about them, the purposes of those changes and of the looks at those records. What takes the place
-- of a value is no argument: whoever could choose it could make the trail say what never was.
DROP FUNCTION IF EXISTS public.audit_blank_versions(text, text, bigint[], jsonb, bigint, text);
CREATE OR REPLACE FUNCTION public.audit_blank_versions(
    model text, keys bigint[], by_user bigint, why text
) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
    gone CONSTANT text := '（已清除）';
    trail CONSTANT text := public.audit_blanks() -> model ->> 'trail';
    fields CONSTANT jsonb := public.audit_blanks() -> model -> 'fields';
    row_found record;
    blanked integer := 0;
BEGIN
    IF coalesce(btrim(why), '') = '' THEN
        RAISE EXCEPTION 'an erasure needs a reason';
    END IF;
    IF NOT EXISTS (SELECT FROM accounts_user WHERE id = by_user AND is_active) THEN
        RAISE EXCEPTION 'an erasure needs a user who can sign in';
    END IF;
    IF trail IS NULL OR fields IS NULL THEN
        RAISE EXCEPTION 'the history of % is about nobody who could ask for its erasure', model;
    END IF;
    FOR row_found IN EXECUTE format(
        'SELECT pgh_id, pgh_created_at FROM %I AS t WHERE pgh_obj_id = ANY ($1)'
        ' AND jsonb_populate_record(t, $2) IS DISTINCT FROM t ORDER BY pgh_id', trail) USING keys, fields
    LOOP
        PERFORM audit_blank_row(
            trail, 'pgh_id', row_found.pgh_id::text, row_found.pgh_created_at, fields, by_user, why);
        blanked := blanked + 1;
    END LOOP;
    FOR row_found IN EXECUTE format(
        'SELECT id, created_at, metadata FROM pghistory_context WHERE coalesce(metadata ->> ''purpose'', $2)'
        ' NOT IN ('''', $2) AND id IN (SELECT pgh_context_id FROM %I WHERE pgh_obj_id = ANY ($1)) ORDER BY id', trail)
        USING keys, gone
    LOOP
        PERFORM audit_blank_row(
            'pghistory_context', 'id', row_found.id::text, row_found.created_at,
            jsonb_build_object('metadata', row_found.metadata || jsonb_build_object('purpose', gone)), by_user, why);
    END LOOP;
    FOR row_found IN
        SELECT id, at FROM audit_look AS l
        WHERE l.model = audit_blank_versions.model AND key = ANY (keys) AND purpose NOT IN ('', gone) ORDER BY id
    LOOP
        PERFORM audit_blank_row('audit_look', 'id', row_found.id::text, row_found.at,
            jsonb_build_object('purpose', gone), by_user, why);
    END LOOP;
    RETURN blanked;
END $$;

REVOKE EXECUTE ON FUNCTION public.audit_blank_row(text, text, text, timestamptz, jsonb, bigint, text) FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION public.audit_blank_versions(text, bigint[], bigint, text) FROM PUBLIC;

-- Delete sign-ins, and those that failed, that are older. 网络安全法 art. 21 has them kept for six months, whoever asks.
CREATE OR REPLACE FUNCTION public.accounts_clear_sign_ins(before timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
BEGIN
    IF (before <= now() - interval '184 days') IS NOT TRUE THEN
        RAISE EXCEPTION 'sign-ins are kept for 184 days';
    END IF;
    DELETE FROM accounts_signin WHERE at < before;
    DELETE FROM axes_accessfailurelog WHERE attempt_time < before;
END $$;

REVOKE EXECUTE ON FUNCTION public.accounts_clear_sign_ins(timestamptz) FROM PUBLIC;

-- History is written as the owner: the application can neither forge a version nor lead it into a table of its own.
DO $$
DECLARE
    writes regprocedure;
BEGIN
    FOR writes IN
        SELECT oid FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace AND prorettype = 'trigger'::regtype
            AND prosrc LIKE '%\_pgh\_attach\_context()%' AND NOT (prosecdef AND proconfig IS NOT NULL)
    LOOP
        EXECUTE format('ALTER FUNCTION %s SECURITY DEFINER SET search_path = public, pg_temp', writes);
    END LOOP;
END $$;

-- What happened when, newest first: pages of the trail and the daily seal read along it.
DO $$
DECLARE
    trail name;
BEGIN
    FOR trail IN
        SELECT relname FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid AND attname = 'pgh_created_at'
        WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
    LOOP
        EXECUTE format('CREATE INDEX IF NOT EXISTS %I ON public.%I (pgh_created_at, pgh_id)',
            left(trail, 55) || '_by_time', trail);
        -- What hangs on a deleted record belongs where that record belonged.
        EXECUTE format('CREATE INDEX IF NOT EXISTS %I ON public.%I (pgh_obj_id) WHERE pgh_label = ''delete''',
            left(trail, 55) || '_deleted', trail);
    END LOOP;
    CREATE INDEX IF NOT EXISTS pghistory_context_by_time ON public.pghistory_context (created_at, id);
    CREATE INDEX IF NOT EXISTS pghistory_context_by_user
        ON public.pghistory_context ((metadata ->> 'user'), created_at);
END $$;
