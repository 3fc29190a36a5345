#!/usr/bin/env python3
"""Crawl captured forums with the built program, score the records, and hold the figures against tests/floors.toml.

    tests/score.py [--bin target/release/forumsift] [--shared ../shared] [--raise] [--keep DIR] [--jobs N] [FORUM…|pages|generic]

Each forum is served on loopback by shared's replay.py, crawled with delay 0 and its stated zone, and scored by shared's score.py. The access log
tells requests to addresses that were not captured, and pages that were fetched twice. The crawl is then repeated on the unchanged forum with the same state, which must
ask for listings only; where the forum's next day was captured, it is crawled with that state, without and with --recheck, and score_changes.py holds
what was emitted against what happened. Forums with `faults = true` are crawled once more from a server that is
busy, breaks connections and compresses: the same records must come out. Saved pages are scored by score_pages.py, with the profiles and by the fallback alone.
"""
import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

HERE = os.path.dirname(os.path.abspath(__file__))
FLOORS = os.path.join(HERE, "floors.toml")
# What a second crawl may say differently: when it was.
UNSTABLE = ("fetched_at", "seq")
TOOLS = CORPUS = ""


def serve(capture, log, faults):
    command = [sys.executable, os.path.join(TOOLS, "replay.py"), capture, "--captured-date", "--log", log]
    server = subprocess.Popen(command + faults, stdout=subprocess.PIPE, text=True)
    line = server.stdout.readline()
    found = re.search(r"http://127\.0\.0\.1:\d+", line)
    if not found:
        server.kill()
        sys.exit(f"the server of {capture} did not start: {line!r}")
    return server, found[0]


def crawl(program, capture, settings, where, faults=(), state=":memory:", flags=()):
    """Crawls a forum; the records' file, the access log, seconds, the exit code."""
    os.makedirs(where, exist_ok=True)
    log, records, config = (os.path.join(where, name) for name in ("access.jsonl", "records.jsonl", "forum.toml"))
    if os.path.exists(log):
        os.remove(log)
    server, origin = serve(capture, log, list(faults))
    try:
        with open(config, "w", encoding="utf-8") as out:
            out.write(f'[state]\npath = "{state}"\n[[source]]\n')
            out.write(f'name = "forum"\nurl = "{origin}{settings["entry"]}"\ntime_zone = "{settings["time_zone"]}"\ndelay = "0s"\nrecheck = []\n')
        start = time.monotonic()
        with open(records, "wb") as out, open(os.path.join(where, "stderr"), "wb") as err:
            ended = subprocess.run([program, "run", "-c", config, *flags], stdout=out, stderr=err, timeout=600)
        took = time.monotonic() - start
    finally:
        server.terminate()
        server.wait()
    return records, log, took, ended.returncode


def fetched(log):
    """The requests of a run, robots.txt apart."""
    if not os.path.exists(log):
        return []
    every = [json.loads(line) for line in open(log, encoding="utf-8")]
    return [request for request in every if request["path"].split("?")[0] != "/robots.txt"]


def requests(log):
    """Requests to addresses that were not captured, and pages that were answered whole more than once."""
    seen, strange = Counter(), 0
    for request in fetched(log):
        strange += not request["captured"]
        if request["status"] in (200, 301, 302, 404):
            seen[request["path"]] += 1
    return {"requests": sum(seen.values()), "not_captured": strange, "fetched_twice": sum(n > 1 for n in seen.values())}


def is_thread(path):
    """Whether an address of a captured forum is a thread's page, by the shapes of the engines captured."""
    return bool(re.search(r"mod=viewthread|thread-\d|viewtopic\.php|showthread\.php|[?;&]topic=\d|/topic/\d|/d/\d|read\.php", path))


def stable(path):
    """The records as a set, without what may differ."""
    lines = []
    for line in open(path, encoding="utf-8"):
        record = json.loads(line)
        for field in UNSTABLE:
            record.pop(field, None)
        lines.append(json.dumps(record, sort_keys=True))
    return sorted(lines)


def score_forum(program, forum, settings, scratch):
    """Figures of the first crawl, of a second one on the same pages, of the forum's next day where it was captured, and under faults."""
    where, capture = os.path.join(scratch, forum), os.path.join(CORPUS, forum)
    os.makedirs(where, exist_ok=True)
    state = os.path.join(where, "state.db")
    records, log, took, code = crawl(program, capture, settings, where, state=state)
    figures = {**tool("score.py", os.path.join(capture, "truth.jsonl"), records), **requests(log), "seconds": round(took, 2), "exit_code": code}
    first = fetched(log)
    listings = sum(not is_thread(request["path"]) for request in first)
    # the state knows the first server's address: the later ones stand at the same port
    port = ["--port", re.search(r":(\d+)/", open(os.path.join(where, "forum.toml"), encoding="utf-8").read())[1]]
    records_again, log, _, code = crawl(program, capture, settings, where + "-again", port, state)
    again = fetched(log)
    figures["again_listings"] = sum(not is_thread(request["path"]) for request in again) - listings
    figures["again_threads"] = sum(is_thread(request["path"]) for request in again)
    figures["again_records"] = sum(1 for _ in open(records_again, encoding="utf-8"))
    later = os.path.join(capture, "v2")
    if os.path.isdir(later):
        for name, flags in (("day", ["--without-recheck"]), ("day_rechecked", [])):
            copy = shutil.copy(state, os.path.join(where, name + ".db"))
            changed, *_ = crawl(program, later, settings, f"{where}-{name}", port, copy, [] if flags else ["--recheck"])
            changes = tool("score_changes.py", os.path.join(later, "events.jsonl"), changed, *flags)
            figures |= {f"{name}_{figure}": changes[figure] for figure in ("missed", "wrong_kind", "uncalled", "doubled")}
    if settings.get("faults"):
        under, *_ = crawl(program, capture, settings, where + "-faults", ["--busy", "7", "--reset", "11", "--gzip"])
        figures["same_under_faults"] = stable(records) == stable(under)
    return figures


def tool(name, *arguments):
    """What one of shared's scoring tools prints."""
    scored = subprocess.run([sys.executable, os.path.join(TOOLS, name), *arguments, "--json"], capture_output=True, text=True, check=True)
    return json.loads(scored.stdout)


def score_pages(program, *more):
    return tool("score_pages.py", "--bin", program, "--corpus", os.path.join(CORPUS, "found"), *more)


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
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    arguments = parser.parse_args()
    global TOOLS, CORPUS
    TOOLS, CORPUS = os.path.join(arguments.shared, "tools"), os.path.join(arguments.shared, "corpus")
    with open(FLOORS, "rb") as file:
        floors = tomllib.load(file)
    with open(FLOORS, encoding="utf-8") as file:
        text = file.read()
    short = []
    with tempfile.TemporaryDirectory() as temporary, ThreadPoolExecutor(arguments.jobs) as pool:
        scratch = os.path.abspath(arguments.keep or temporary)
        # the longest first
        jobs = {
            "pages": (score_pages, arguments.bin),
            "generic": (score_pages, arguments.bin, "--args", "--engine generic"),
            **{forum: (score_forum, arguments.bin, forum, settings, scratch) for forum, settings in floors["forum"].items()},
        }
        if arguments.which:
            jobs = {name: job for name, job in jobs.items() if name in arguments.which}
        running = {name: pool.submit(*job) for name, job in jobs.items()}
        for name, job in running.items():
            figures = job.result()
            print(f"{name}: {json.dumps(figures)}", flush=True)
            settings = floors["forum"].get(name)
            if settings is None:
                wanted, at_most, table = floors[name], floors[f"{name}_at_most"], name
                measured = figures
            else:
                wanted = {**floors["forums"], **{key: value for key, value in settings.items() if isinstance(value, float)}}
                at_most = {**floors["at_most"], **settings.get("at_most", {})}
                table = f"forum.{name}"
                measured = {key: value for key, value in figures.items() if key in floors["forums"]}
            short += compare(name, figures, wanted, at_most)
            if arguments.lift:
                text = raised(text, table, wanted, measured)
    if arguments.lift:
        with open(FLOORS, "w", encoding="utf-8") as file:
            file.write(text)
    print("\n".join(short) if short else "every figure holds its floor")
    sys.exit(bool(short))


if __name__ == "__main__":
    main()
