"""The limit: nothing but the SQL of durable steps, in groups or one by one.

Runs are claimed in hundreds either way.
"""

import os

import psycopg
import race

CLAIMED = 100
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
    WITH free AS MATERIALIZED (
        SELECT id FROM run WHERE status = 0 ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED)
    UPDATE run SET status = 1, token = token + 1, owner = pg_backend_pid()
    FROM free WHERE run.id = free.id RETURNING run.id, run.token
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
        connection.execute("ANALYZE")


def work() -> None:
    with psycopg.connect(race.url(), autocommit=True) as connection:
        while rows := connection.execute(CLAIM, [CLAIMED]).fetchall():
            for first in range(0, len(rows), GROUP):
                for nth in range(1, race.STEPS + 1):
                    step(connection, rows[first : first + GROUP], nth)


def step(connection: psycopg.Connection, rows: list[tuple[int, int]], nth: int) -> None:
    for _ in rows:
        race.mark()
    ids, tokens = zip(*rows, strict=True)
    status = 2 if nth == race.STEPS else 1
    connection.execute(STEP, [list(ids), list(tokens), nth, status, nth])


if __name__ == "__main__":
    race.main(enqueue, work)
