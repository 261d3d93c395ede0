"""What only Postgres enforces: valid types, no cycles among them, and a history of names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.migrations.operations.base import Operation

if TYPE_CHECKING:
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor
    from django.db.migrations.state import ProjectState

TYPE_CHECK = """\
CREATE FUNCTION is_valid_{noun}_type({noun}_type_id integer) RETURNS boolean
LANGUAGE plpgsql AS $$
BEGIN
    RETURN {noun}_type_id IS NULL OR EXISTS (
        SELECT FROM lamindb_{noun} WHERE id = {noun}_type_id AND is_type
    );
END;
$$"""

RECORD_TYPE_CHECK = """\
CREATE FUNCTION is_valid_record_type(record_type_id integer, record_is_type boolean)
RETURNS boolean
LANGUAGE plpgsql AS $$
BEGIN
    -- a type with a schema is a table of records, hence can't contain types
    RETURN record_type_id IS NULL OR EXISTS (
        SELECT FROM lamindb_record
        WHERE id = record_type_id AND is_type AND NOT (record_is_type AND schema_id IS NOT NULL)
    );
END;
$$"""

TYPE_CONSTRAINT = """\
ALTER TABLE lamindb_{noun}
ADD CONSTRAINT {noun}_type_is_valid_fk CHECK (is_valid_{noun}_type({arguments}))"""

IGNORE_CHECK = """\
CREATE FUNCTION _pgtrigger_should_ignore(trigger_name name) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
    ignored text := nullif(current_setting('pgtrigger.ignore', true), '');
BEGIN
    -- type name cuts both sides to 63 bytes
    RETURN coalesce(trigger_name = ANY (ignored::name[]), false);
END;
$$"""

TYPE_TRIGGER = """\
CREATE FUNCTION {name}() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    single_space jsonb;
    type_space_id smallint;
BEGIN
    IF _pgtrigger_should_ignore((TG_TABLE_NAME || ':' || TG_NAME)::name) THEN
        RETURN NEW;
    END IF;

    SELECT _aux -> 'ss', space_id INTO single_space, type_space_id
    FROM lamindb_{noun} WHERE id = NEW.type_id;
    IF (single_space = '1' AND NEW.space_id <> type_space_id)
        OR (jsonb_typeof(single_space) = 'string' AND NOT EXISTS (
            SELECT FROM lamindb_space
            WHERE id = NEW.space_id AND uid = single_space #>> '{{}}'
        ))
    THEN
        RAISE EXCEPTION 'Cannot set type: {noun} space must match {policy} type space';
    END IF;

    IF NEW.type_id = NEW.id THEN
        RAISE EXCEPTION 'Cannot set type: {noun} cannot be its own type';
    END IF;

    IF EXISTS (
        WITH RECURSIVE ancestor (id, type_id, depth) AS (
            SELECT id, type_id, 1 FROM lamindb_{noun} WHERE id = NEW.type_id
            UNION ALL
            SELECT parent.id, parent.type_id, depth + 1
            FROM ancestor JOIN lamindb_{noun} AS parent ON parent.id = ancestor.type_id
            WHERE depth < 100
        )
        SELECT FROM ancestor WHERE id = NEW.id
    ) THEN
        RAISE EXCEPTION 'Cannot set type: would create a cycle';
    END IF;

    RETURN NEW;
END;
$$"""

CREATE_TYPE_TRIGGER = """\
CREATE TRIGGER {name} BEFORE INSERT OR UPDATE ON lamindb_{noun}
FOR EACH ROW WHEN (NEW.type_id IS NOT NULL) EXECUTE FUNCTION {name}()"""

RENAME_TRIGGER = """\
CREATE FUNCTION {name}() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF _pgtrigger_should_ignore((TG_TABLE_NAME || ':' || TG_NAME)::name) THEN
        RETURN NEW;
    END IF;
    IF coalesce(NEW.synonyms, '') = '' THEN
        NEW.synonyms := OLD.name;
    ELSIF strpos(NEW.synonyms, OLD.name) = 0 THEN
        NEW.synonyms := NEW.synonyms || '|' || OLD.name;
    END IF;
    -- a JSON null counts as no value, which `||` would turn into an array
    NEW._aux := coalesce(nullif(NEW._aux, 'null'), '{{}}') || jsonb_build_object(
        'renamed',
        coalesce(nullif(NEW._aux -> 'renamed', 'null'), '{{}}') || jsonb_build_object(
            to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), OLD.name
        )
    );
    RETURN NEW;
END;
$$"""

CREATE_RENAME_TRIGGER = """\
CREATE TRIGGER {name} BEFORE UPDATE ON lamindb_feature
FOR EACH ROW WHEN (OLD.name IS DISTINCT FROM NEW.name) EXECUTE FUNCTION {name}()"""


class PostgresSQL(Operation):
    """Run statements on Postgres, do nothing on other databases.

    Parameters
    ----------
    *statements : str
        SQL without the final semicolon.

    Examples
    --------
    >>> PostgresSQL("CREATE FUNCTION one() RETURNS int LANGUAGE sql AS 'SELECT 1'")
    """

    reversible = False

    def __init__(self, *statements: str) -> None:
        self.statements = statements

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        pass

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        if schema_editor.connection.vendor == "postgresql":
            for statement in self.statements:
                schema_editor.execute(statement, params=None)

    def describe(self) -> str:
        return f"Run {len(self.statements)} statements on Postgres"

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return type(self).__name__, list(self.statements), {}


def type_rules(noun: str, trigger: str, policy: str = "single-space") -> list[str]:
    """Write the statements that keep the types of a registry sound.

    Parameters
    ----------
    noun : str
        Name of the registry in lower case.
    trigger : str
        Name of the trigger and of its function.
    policy : str
        What the error calls a type whose records have to live in one space.

    Returns
    -------
    list of str
        A check constraint and a trigger, each with its function.

    Examples
    --------
    >>> PostgresSQL(*type_rules("ulabel", "pgtrigger_prevent_ulabel_type_cycle_863ae"))
    """
    is_record = noun == "record"
    return [
        RECORD_TYPE_CHECK if is_record else TYPE_CHECK.format(noun=noun),
        TYPE_CONSTRAINT.format(noun=noun, arguments="type_id, is_type" if is_record else "type_id"),
        TYPE_TRIGGER.format(noun=noun, name=trigger, policy=policy),
        CREATE_TYPE_TRIGGER.format(noun=noun, name=trigger),
    ]


def rename_history(trigger: str) -> list[str]:
    """Write the statements that keep the former names of a feature.

    Parameters
    ----------
    trigger : str
        Name of the trigger and of its function.

    Returns
    -------
    list of str

    Examples
    --------
    >>> PostgresSQL(*rename_history("pgtrigger_update_feature_on_name_change_6c32d"))
    """
    return [RENAME_TRIGGER.format(name=trigger), CREATE_RENAME_TRIGGER.format(name=trigger)]
