"""The limit: nothing but the SQL of durable steps, in groups or one by one."""

import os

import psycopg
import race

#: Runs that share a commit; 1 means a statement and a commit for each step.
GROUP = int(os.environ.get("PEER_GROUP", "100"))
TABLES = """
    CREATE TABLE run (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, status smallint NOT NULL,
        cursor smallint NOT NULL, token bigint NOT NULL, owner integer
    ) WITH (fillfactor = 70);
    CREATE INDEX ready ON run (id) WHERE status = 0;
    CREATE TABLE node_run (
        run bigint, seq smallint, output jsonb, finished timestamptz,
        PRIMARY KEY (run, seq))
"""
CLAIM = """
    UPDATE run SET status = 1, token = token + 1, owner = pg_backend_pid()
    WHERE id IN (SELECT id FROM run WHERE status = 0 ORDER BY id LIMIT %s
        FOR UPDATE SKIP LOCKED) RETURNING id, token
"""
STEP = """
    WITH given AS (SELECT * FROM unnest(%s::bigint[], %s::bigint[]) AS g(id, token)),
    moved AS (
        UPDATE run SET cursor = %s, status = %s FROM given
        WHERE run.id = given.id AND run.token = given.token AND run.status = 1
        RETURNING run.id)
    INSERT INTO node_run SELECT id, %s, '{"ok": true}', clock_timestamp() FROM moved
"""


def enqueue(count: int) -> None:
    with psycopg.connect(race.url(), autocommit=True) as connection:
        connection.execute(TABLES)
        connection.execute(
            "INSERT INTO run (status, cursor, token) "
            "SELECT 0, 0, 0 FROM generate_series(1, %s)",
            [count],
        )


def work() -> None:
    with psycopg.connect(race.url(), autocommit=True) as connection:
        while rows := connection.execute(CLAIM, [GROUP]).fetchall():
            ids, tokens = zip(*rows, strict=True)
            for nth in range(1, race.STEPS + 1):
                for _ in rows:
                    race.mark()
                status = 2 if nth == race.STEPS else 1
                values = [list(ids), list(tokens), nth, status, nth]
                connection.execute(STEP, values)


if __name__ == "__main__":
    race.main(enqueue, work)
