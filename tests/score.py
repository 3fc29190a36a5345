#!/usr/bin/env python3
"""Crawl captured forums with the built program, score the records, and hold the figures against tests/floors.toml.

    tests/score.py [--bin target/release/forumsift] [--shared ../shared] [--raise] [--keep DIR] [FORUM…|pages]

Each forum is served on loopback by shared's replay.py, crawled with delay 0 and its stated zone, and scored by shared's score.py. The access log
tells requests to addresses that were not captured, and pages that were fetched twice. Forums with `faults = true` are crawled once more from a server that is
busy, breaks connections and compresses: the same records must come out. Saved pages are scored by score_pages.py.
"""
import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import tomllib
from collections import Counter

HERE = os.path.dirname(os.path.abspath(__file__))
FLOORS = os.path.join(HERE, "floors.toml")
# What a second crawl may say differently: when it was.
UNSTABLE = ("fetched_at", "seq")


def serve(shared, forum, log, faults):
    command = [sys.executable, os.path.join(shared, "tools", "replay.py"), os.path.join(shared, "corpus", forum), "--captured-date", "--log", log]
    server = subprocess.Popen(command + faults, stdout=subprocess.PIPE, text=True)
    line = server.stdout.readline()
    found = re.search(r"http://127\.0\.0\.1:\d+", line)
    if not found:
        server.kill()
        sys.exit(f"the server of {forum} did not start: {line!r}")
    return server, found[0]


def crawl(arguments, forum, settings, where, faults=()):
    """Crawls a forum; the records' file, the access log, seconds."""
    os.makedirs(where, exist_ok=True)
    log, records, config = (os.path.join(where, name) for name in ("access.jsonl", "records.jsonl", "forum.toml"))
    if os.path.exists(log):
        os.remove(log)
    server, origin = serve(arguments.shared, forum, log, list(faults))
    try:
        with open(config, "w", encoding="utf-8") as out:
            out.write('[state]\npath = ":memory:"\n[[source]]\n')
            out.write(f'name = "{forum}"\nurl = "{origin}{settings["entry"]}"\ntime_zone = "{settings["time_zone"]}"\ndelay = "0s"\nrecheck = []\n')
        start = time.monotonic()
        with open(records, "wb") as out, open(os.path.join(where, "stderr"), "wb") as err:
            ended = subprocess.run([arguments.bin, "run", "-c", config], stdout=out, stderr=err, timeout=600)
        took = time.monotonic() - start
    finally:
        server.terminate()
        server.wait()
    return records, log, took, ended.returncode


def requests(log):
    """Requests to addresses that were not captured, and pages that were answered whole more than once."""
    seen, strange = Counter(), 0
    for line in open(log, encoding="utf-8"):
        request = json.loads(line)
        if request["path"].split("?")[0] == "/robots.txt":
            continue
        strange += not request["captured"]
        if request["status"] in (200, 301, 302, 404):
            seen[request["path"]] += 1
    return {"requests": sum(seen.values()), "not_captured": strange, "fetched_twice": sum(n > 1 for n in seen.values())}


def stable(path):
    """The records as a set, without what may differ."""
    lines = []
    for line in open(path, encoding="utf-8"):
        record = json.loads(line)
        for field in UNSTABLE:
            record.pop(field, None)
        lines.append(json.dumps(record, sort_keys=True))
    return sorted(lines)


def score_forum(arguments, forum, settings, scratch):
    where = os.path.join(scratch, forum)
    records, log, took, code = crawl(arguments, forum, settings, where)
    scored = subprocess.run(
        [sys.executable, os.path.join(arguments.shared, "tools", "score.py"), os.path.join(arguments.shared, "corpus", forum, "truth.jsonl"), records, "--json"],
        capture_output=True, text=True, check=True)
    figures = {**json.loads(scored.stdout), **requests(log), "seconds": round(took, 2), "exit_code": code}
    if settings.get("faults"):
        again, *_ = crawl(arguments, forum, settings, where + "-faults", ["--busy", "7", "--reset", "11", "--gzip"])
        figures["same_under_faults"] = stable(records) == stable(again)
    return figures


def score_pages(arguments):
    scored = subprocess.run(
        [sys.executable, os.path.join(arguments.shared, "tools", "score_pages.py"), "--bin", arguments.bin, "--corpus", os.path.join(arguments.shared, "corpus", "found"), "--json"],
        capture_output=True, text=True, check=True)
    return json.loads(scored.stdout)


def compare(name, figures, floors, ceilings):
    """What falls short, as sentences."""
    short = []
    for key, floor in floors.items():
        value = figures.get(key)
        if value is not None and value < floor:
            short.append(f"{name}: {key} is {value}, its floor is {floor}")
    for key, ceiling in ceilings.items():
        value = figures.get(key)
        if value is not None and value > ceiling:
            short.append(f"{name}: {key} is {value}, and must not exceed {ceiling}")
    if figures.get("exit_code", 0) not in (0, 4):
        short.append(f"{name}: the program ended with {figures['exit_code']}")
    if figures.get("same_under_faults") is False:
        short.append(f"{name}: other records under faults")
    return short


def raised(text, table, floors, figures):
    """The floors' text with a table's figures lifted to what was measured; a new figure is added."""
    start = re.search(rf"^\[{re.escape(table)}\]\n", text, re.M).end()
    following = re.search(r"^\[", text[start:], re.M)
    end = start + following.start() if following else len(text)
    body = text[start:end]
    for key, value in figures.items():
        if not isinstance(value, float) or value <= floors.get(key, -1):
            continue
        line = f"{key} = {value}\n"
        old = re.compile(rf"^{re.escape(key)} = .*\n", re.M)
        body = old.sub(line, body) if old.search(body) else body.rstrip("\n") + "\n" + line + "\n"
    return text[:start] + body + text[end:]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("which", nargs="*")
    parser.add_argument("--bin", default="target/release/forumsift")
    parser.add_argument("--shared", default=os.path.join(HERE, "..", "..", "shared"))
    parser.add_argument("--raise", dest="lift", action="store_true")
    parser.add_argument("--keep", help="keep records and logs in this directory")
    arguments = parser.parse_args()
    with open(FLOORS, "rb") as file:
        floors = tomllib.load(file)
    with open(FLOORS, encoding="utf-8") as file:
        text = file.read()
    short = []
    with tempfile.TemporaryDirectory() as temporary:
        scratch = arguments.keep or temporary
        for forum, settings in floors["forum"].items():
            if arguments.which and forum not in arguments.which:
                continue
            own = {key: value for key, value in settings.items() if isinstance(value, float)}
            figures = score_forum(arguments, forum, settings, scratch)
            print(f"{forum}: {json.dumps(figures)}", flush=True)
            wanted = {**floors["forums"], **own}
            short += compare(forum, figures, wanted, {**floors["at_most"], **settings.get("at_most", {})})
            scored = {key: value for key, value in figures.items() if key in floors["forums"]}
            if arguments.lift:
                text = raised(text, f"forum.{forum}", wanted, scored)
        if not arguments.which or "pages" in arguments.which:
            figures = score_pages(arguments)
            print(f"pages: {json.dumps(figures)}", flush=True)
            short += compare("pages", figures, floors["pages"], floors["pages_at_most"])
            if arguments.lift:
                text = raised(text, "pages", floors["pages"], figures)
    if arguments.lift:
        with open(FLOORS, "w", encoding="utf-8") as file:
            file.write(text)
    print("\n".join(short) if short else "every figure holds its floor")
    sys.exit(bool(short))


if __name__ == "__main__":
    main()
