#!/usr/bin/env python3
"""Crawl generated forums on loopback and print what it costs.

    benches/crawl/compare.py PAGES             beside Scrapy with the same fields: pages a CPU second, peak memory, ratio
    benches/crawl/compare.py PAGES --parts     the whole crawl beside its fetches alone and its extraction alone
    benches/crawl/compare.py PAGES --memory    every origin has all threads of its engine: peak memory, and growth after 2,000 pages
    benches/crawl/compare.py PAGES --cores     two cores beside one: `extract` of all pages, wall time

PAGES is what shared's gen_pages.py made (its second argument is the number of threads, the third that of pages each). The server runs on the last
core and clients on the first, except where memory is measured. A client's cost is what a crawl of all boards takes more than one of the
short boards (one thread an origin), so that its start is not counted; the median of all rounds counts. Scrapy is taken from this Python
(`pip install scrapy`); where it is missing that is said, and forumsift is measured alone.
"""
import argparse
import importlib.util
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time

import serve

HERE = os.path.dirname(os.path.abspath(__file__))
FIRST, LAST = {0}, {os.cpu_count() - 1}


def measured(command, cores, out=os.devnull, watch=None):
    """CPU seconds, peak resident megabytes and wall seconds of a command that is bound to cores."""
    start = time.monotonic()
    with tempfile.TemporaryFile() as err:
        child = subprocess.Popen(command, stdout=open(out, "wb"), stderr=err, preexec_fn=lambda: os.sched_setaffinity(0, cores))
        if watch:
            threading.Thread(target=watch, args=(child.pid,), daemon=True).start()
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            err.seek(0)
            sys.exit(f"{command[0]} ended with {child.returncode}: {err.read()[-2000:].decode(errors='replace')}")
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, time.monotonic() - start


class Server:
    """The forums, and their boards by length: engine and address of each origin, and the pages of all."""

    def __init__(self, pages, origins, whole=False):
        command = [sys.executable, os.path.join(HERE, "serve.py"), pages, "--origins", str(origins)] + ["--all"] * whole
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, preexec_fn=lambda: os.sched_setaffinity(0, LAST))
        self.port = int(self.process.stdout.readline())
        lines = []
        while line := self.process.stdout.readline().split():
            lines.append(line)
        self.boards = [(line[0], line[1]) for line in lines], sum(int(line[3]) for line in lines)
        self.short = [(line[0], line[2]) for line in lines], sum(int(line[4]) for line in lines)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()


def forumsift(program, entries, scratch):
    """A command that crawls these boards into a state of its own."""
    folder = tempfile.mkdtemp(dir=scratch)
    config = os.path.join(folder, "forumsift.toml")
    with open(config, "w", encoding="utf-8") as out:
        out.write('[state]\npath = "state.db"\n')
        for number, (engine, url) in enumerate(entries):
            out.write(f'[[source]]\nname = "s{number}"\nengine = "{engine}"\nurl = "{url}"\ntime_zone = "UTC"\ndelay = "0s"\n')
    return [program, "run", "-q", "-c", config]


def scrapy(entries, scratch, records):
    listed = os.path.join(scratch, "entries")
    with open(listed, "w", encoding="utf-8") as out:
        out.writelines(f"{engine} {url}\n" for engine, url in entries)
    return [sys.executable, "-m", "scrapy", "runspider", os.path.join(HERE, "spider.py"), "-a", f"entries={listed}", "-O", records]


def crawled(name, program, boards, scratch):
    """CPU seconds, megabytes, wall seconds and posts of a client's crawl."""
    records = os.path.join(scratch, f"{name}.jsonl")
    ours = name == "forumsift"
    command = forumsift(program, boards, scratch) if ours else scrapy(boards, scratch, records)
    cost = measured(command, FIRST, records if ours else os.devnull)
    return *cost, len({json.loads(line)["post_id"] for line in open(records, encoding="utf-8")})


def agreement(scratch):
    """How many posts of both clients say the same of place, author, dates, edit, quotes, attachments and status."""
    def fields(record):
        edit, quotes = record["edit"] or {}, record["quotes"]
        said = [edit.get("date"), edit.get("notice"), [quote["text"] for quote in quotes], record["attachments"], record["status"]]
        return [record["position"], record["author"], record["date_published"], *said]

    def posts(name):
        records = map(json.loads, open(os.path.join(scratch, f"{name}.jsonl"), encoding="utf-8"))
        return {record["post_id"]: fields(record) for record in records}

    return len({json.dumps(one) for one in posts("forumsift").items()} & {json.dumps(one) for one in posts("scrapy").items()})


def beside_scrapy(arguments, scratch):
    clients = [name for name in ("forumsift", "scrapy") if arguments.only in (None, name)]
    if "scrapy" in clients and importlib.util.find_spec("scrapy") is None:
        print("Scrapy is not installed (pip install scrapy): forumsift is measured alone")
        clients.remove("scrapy")
    rates = {name: [] for name in clients}
    with Server(arguments.pages, arguments.origins) as server:
        (boards, pages), (short, few) = server.boards, server.short
        for _ in range(arguments.rounds):
            for name in clients:
                start, *_ = crawled(name, arguments.bin, short, scratch)
                cpu, memory, wall, posts = crawled(name, arguments.bin, boards, scratch)
                rates[name].append((pages - few) / (cpu - start))
                print(f"{name:10} {rates[name][-1]:8.1f} pages a CPU second  {wall:6.1f} s  {memory:6.0f} MB  {posts} posts", flush=True)
    if len(clients) == 2:
        print(f"{agreement(scratch)} posts say the same of place, author, dates, edit, quotes, attachments and status")
        ours, theirs = (statistics.median(rates[name]) for name in clients)
        print(f"ratio      {ours / theirs:8.1f}")


def parts(arguments, scratch):
    """The whole beside its parts, in milliseconds a page."""
    answers, entries = serve.forums(arguments.pages, arguments.origins)
    engine_of = {host: engine for engine, host, *_ in entries}
    folders = {(engine, short): os.path.join(scratch, f"{engine}{short}") for engine in engine_of.values() for short in ("", "-one")}
    for folder in folders.values():
        os.makedirs(folder)
    with Server(arguments.pages, arguments.origins) as server:
        (boards, pages), (short, few) = server.boards, server.short
        of_boards = {url.split("/", 3)[2].split(":")[0]: url for _, url in boards + short}
        lists = {"": [], "-one": []}
        for number, ((host, path), response) in enumerate(answers.items()):
            address = f"http://{host}:{server.port}{path}"
            if (engine_of[host], address) in boards + short:
                continue
            first = of_boards.pop(host, None)
            for name in ("", "-one") if first else ("",):
                lists[name].append(address)
                with open(os.path.join(folders[engine_of[host], name], f"{number:06}.html"), "wb") as out:
                    out.write(response.split(b"\r\n\r\n", 1)[1])
        for name, listed in lists.items():
            with open(os.path.join(scratch, "urls" + name), "w", encoding="utf-8") as out:
                out.writelines(address + "\n" for address in listed)

        def fetch(name):
            return measured([arguments.fetch_bin, os.path.join(scratch, "urls" + name)], FIRST)[0]

        def extract(name):
            of = {engine: [arguments.bin, "extract", "-q", "--engine", engine, "--time-zone", "UTC", folders[engine, name]] for engine in set(engine_of.values())}
            return sum(measured(command, FIRST)[0] for command in of.values())

        told = len(lists[""]) - len(lists["-one"])
        figures = []
        for _ in range(arguments.rounds):
            whole = crawled("forumsift", arguments.bin, boards, scratch)[0] - crawled("forumsift", arguments.bin, short, scratch)[0]
            row = [1000 * cost / count for cost, count in ((whole, pages - few), (fetch("") - fetch("-one"), told), (extract("") - extract("-one"), told))]
            figures.append((row[0] / (row[1] + row[2]), *row))
            print("whole {1:.2f} ms a page, fetched alone {2:.2f}, extracted alone {3:.2f}: ratio {0:.2f}".format(*figures[-1]), flush=True)
    print(f"ratio      {statistics.median(ratio for ratio, *_ in figures):8.2f}")


def memory(arguments, scratch):
    """Resident megabytes over a crawl of many pages, on all cores."""
    out, seen = os.path.join(scratch, "out"), []

    def watch(pid):
        while True:
            try:
                with open(f"/proc/{pid}/status", encoding="ascii") as status:
                    peak = next((int(line.split()[1]) / 1024 for line in status if line.startswith("VmHWM")), None)
                seen.append((os.path.getsize(out), peak))
            except OSError:
                return
            time.sleep(0.1)

    with Server(arguments.pages, arguments.origins, whole=True) as server:
        boards, pages = server.boards
        cpu, most, wall = measured(forumsift(arguments.bin, boards, scratch), set(range(os.cpu_count())), out, watch)
    whole = os.path.getsize(out)
    early = max(peak for size, peak in seen if peak and size * pages <= 2000 * whole)
    print(f"{pages} pages from {len(boards)} origins: {most:.1f} MB at most, {most - early:.1f} MB of them after 2,000 pages; {pages / cpu:.0f} pages a CPU second, {wall:.0f} s")


def cores(arguments, scratch):
    """`extract` of all pages by one core and by two."""
    times = {1: [], 2: []}
    for _ in range(arguments.rounds):
        for count, told in times.items():
            folder = os.path.join(arguments.pages, "t")
            told.append(measured([arguments.bin, "extract", "-q", "--time-zone", "UTC", folder], set(range(count)))[2])
            print(f"{count} core{'s' * (count > 1)}: {told[-1]:.2f} s", flush=True)
    print(f"ratio      {min(times[1]) / min(times[2]):8.2f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages")
    parser.add_argument("--bin", default="target/release/forumsift")
    parser.add_argument("--fetch-bin", default="target/release/examples/fetch_list", help="made by `cargo build --release --example fetch_list`")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--origins", type=int, default=32)
    parser.add_argument("--only", choices=("forumsift", "scrapy"))
    mode = parser.add_mutually_exclusive_group()
    for other in (parts, memory, cores):
        mode.add_argument("--" + other.__name__, dest="mode", action="store_const", const=other, help=other.__doc__)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        (arguments.mode or beside_scrapy)(arguments, scratch)


if __name__ == "__main__":
    main()
