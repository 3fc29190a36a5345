#!/usr/bin/env python3
"""Crawl the same generated forums with forumsift and with Scrapy, each on one core, and print pages per CPU second, peak memory and their ratio.

    benches/crawl/compare.py PAGES [--bin target/release/forumsift] [--rounds 3] [--only forumsift|scrapy] [--cores 0]

PAGES is what shared's gen_pages.py made (its second argument is the number of threads, the third that of pages each). The server runs on the last core.
Scrapy is taken from this Python (`pip install scrapy`); where it is missing that is said, and forumsift is measured alone.
"""
import argparse
import importlib.util
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))


def measured(command, core, out, err):
    """CPU seconds, peak resident megabytes and wall seconds of a command that is bound to a core."""
    start = time.monotonic()
    child = subprocess.Popen(command, stdout=open(out, "wb"), stderr=open(err, "wb"), preexec_fn=lambda: os.sched_setaffinity(0, core))
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        sys.exit(f"{command[0]} ended with {child.returncode}: {open(err, encoding='utf-8', errors='replace').read()[-2000:]}")
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, time.monotonic() - start


def forumsift(program, entries, scratch, name):
    config = os.path.join(scratch, name + ".toml")
    with open(config, "w", encoding="utf-8") as out:
        out.write(f'[state]\npath = "{scratch}/{name}.db"\n')
        for number, (engine, url) in enumerate(entries):
            out.write(f'[[source]]\nname = "s{number}"\nengine = "{engine}"\nurl = "{url}"\ntime_zone = "UTC"\ndelay = "0s"\n')
    return [program, "run", "-c", config]


def scrapy(entries, scratch, records):
    listed = os.path.join(scratch, "entries")
    with open(listed, "w", encoding="utf-8") as out:
        out.writelines(f"{engine} {url}\n" for engine, url in entries)
    return [sys.executable, "-m", "scrapy", "runspider", os.path.join(HERE, "spider.py"), "-a", f"entries={listed}", "-O", records]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages")
    parser.add_argument("--bin", default="target/release/forumsift")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--origins", type=int, default=32)
    parser.add_argument("--only", choices=("forumsift", "scrapy"))
    parser.add_argument("--cores", default="0", help="the cores that a client may use, such as 0 or 0,1")
    arguments = parser.parse_args()
    cores = {int(core) for core in arguments.cores.split(",")}
    pages = sum(1 for _ in open(os.path.join(arguments.pages, "truth.jsonl"), encoding="utf-8"))
    clients = [name for name in ("forumsift", "scrapy") if arguments.only in (None, name)]
    if "scrapy" in clients and importlib.util.find_spec("scrapy") is None:
        print("Scrapy is not installed (pip install scrapy): forumsift is measured alone")
        clients.remove("scrapy")
    figures = {name: [] for name in clients}
    server = subprocess.Popen([sys.executable, os.path.join(HERE, "serve.py"), arguments.pages, "--origins", str(arguments.origins)], stdout=subprocess.PIPE, text=True,
                              preexec_fn=lambda: os.sched_setaffinity(0, {os.cpu_count() - 1}))
    try:
        server.stdout.readline()
        entries = []
        while line := server.stdout.readline().split():
            entries.append(line)
        with tempfile.TemporaryDirectory() as scratch:
            for number in range(arguments.rounds):
                for name in clients:
                    out, err = (os.path.join(scratch, f"{name}.{end}") for end in ("jsonl", "err"))
                    command = forumsift(arguments.bin, entries, scratch, f"{name}{number}") if name == "forumsift" else scrapy(entries, scratch, out)
                    cpu, memory, wall = measured(command, cores, out if name == "forumsift" else os.devnull, err)
                    posts = {json.loads(line)["post_id"] for line in open(out, encoding="utf-8")}
                    figures[name].append(pages / cpu)
                    print(f"{name:10} {pages / cpu:8.1f} pages a CPU second  {wall:6.1f} s  {memory:6.0f} MB  {len(posts)} posts", flush=True)
    finally:
        server.terminate()
    if len(clients) == 2:
        ours, theirs = (statistics.median(figures[name]) for name in clients)
        print(f"ratio      {ours / theirs:8.1f}")


main()
