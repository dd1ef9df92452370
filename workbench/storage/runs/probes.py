"""What was found out about endpoints by asking: the last probe of every model at every endpoint."""

import json
from collections.abc import Mapping
from typing import Any

from sqlite_utils import Database

from workbench.storage.workspace.database import transaction


def save_probe(db: Database, record: Mapping[str, Any]) -> None:
    """Keep a record, in place of an older one of the same model at the same endpoint."""
    with transaction(db):
        db.conn.execute(
            "INSERT INTO probe (endpoint, base_url, model, probed_at, record) VALUES (?, ?, ?, ?, ?) "
            "ON CONFLICT (endpoint, model) DO UPDATE SET "
            "base_url = excluded.base_url, probed_at = excluded.probed_at, record = excluded.record",
            (
                record["endpoint"],
                record["base_url"],
                record["model"],
                record["probed_at"],
                json.dumps(record),
            ),
        )


def load_probe(db: Database, endpoint: str, model: str) -> dict[str, Any] | None:
    """The last record of a model at an endpoint; None where nobody has asked."""
    found = db.conn.execute("SELECT record FROM probe WHERE endpoint = ? AND model = ?", (endpoint, model)).fetchone()
    record: dict[str, Any] | None = json.loads(found[0]) if found else None
    return record
