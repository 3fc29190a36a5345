"""Records from stdin into a frame of the last state of each post: polars where it is installed, else pandas."""

import json
import sys

last = {}
for line in sys.stdin:
    record = json.loads(line)
    last[record["id"]] = {
        "id": record["id"],
        "source": record["source"],
        "author": (record["author"] or {}).get("name"),
        "published": record["date_published"],
        "edited": record["edit"] is not None,
        "deleted": record["change"] == "deleted",
        "text": record["text"],
    }
rows = [row for row in last.values() if not row["deleted"]]

try:
    import polars

    frame = polars.DataFrame(rows)
    print(frame.group_by("source", "author").len().sort("len", descending=True))
except ImportError:
    import pandas

    frame = pandas.DataFrame(rows)
    print(frame.groupby(["source", "author"]).size().sort_values(ascending=False))
