#!/usr/bin/env python3
"""Serve generated thread pages on loopback as forums of their engines, fast enough that a client is what is measured.

    serve.py PAGES [--origins 32] [--port 0] [--all]

PAGES is what shared's gen_pages.py made: `t/THREAD-PAGE.html` of four engines and `truth.jsonl`. Threads are dealt out to the origins
127.0.0.1, 127.0.0.2, … , an engine each (with --all every origin has all threads of its engine); every origin has one board that lists
its threads and a short one with the first of them alone. Addresses take the shape of their engine.
The first line printed is the port, then one line an origin: engine, address of the board, of the short board, and the pages of both.
"""
import argparse
import asyncio
import json
import os
import re
from collections import defaultdict

THREAD = {
    "discuz": lambda thread, page, start: f"/thread-{thread}-{page}-1.html",
    "phpbb": lambda thread, page, start: f"/viewtopic.php?t={thread}" + (f"&start={start}" if start else ""),
    "xf": lambda thread, page, start: f"/threads/t.{thread}/" + (f"page-{page}" if page > 1 else ""),
    "vb": lambda thread, page, start: f"/showthread.php?t={thread}" + (f"&page={page}" if page > 1 else ""),
}
BOARD = {"discuz": "/forum-{}-1.html", "phpbb": "/viewforum.php?f={}", "xf": "/forums/f.{}/", "vb": "/forumdisplay.php?f={}"}
ENGINE = {"discuz": "discuz", "phpbb": "phpbb", "xf": "xenforo2", "vb": "vbulletin4"}
LISTING = {
    "discuz": ('<body id="nv_forum"><div id="threadlist"><table id="threadlisttableid">{rows}</table></div>',
               '<tbody id="normalthread_{thread}"><tr><th><a href="{url}" class="s xst">T {thread}</a></th><td class="num"><a class="xi2">{replies}</a></td></tr></tbody>'),
    "phpbb": ('<body id="phpbb" class="section-viewforum"><div class="forumbg"><ul class="topiclist topics">{rows}</ul></div>',
              '<li class="row"><a href="{url}" class="topictitle">T {thread}</a><dd class="posts">{replies} <dfn>Replies</dfn></dd></li>'),
    "xf": ('<body data-template="forum_view"><div class="structItemContainer"><div class="js-threadList">{rows}</div></div>',
           '<div class="structItem structItem--thread js-threadListItem-{thread}"><div class="structItem-title"><a href="{url}">T {thread}</a></div>'
           '<div class="structItem-cell--meta"><dl><dt>Replies</dt><dd>{replies}</dd></dl></div></div>'),
    "vb": ('<body><div id="threadlist"><ol id="threads">{rows}</ol></div>',
           '<li class="threadbit" id="thread_{thread}"><a class="title" href="{url}">T {thread}</a><ul class="threadstats"><li>Replies: <a>{replies}</a></li></ul></li>'),
}
GENERATOR = {"discuz": "Discuz! X3.4", "phpbb": "phpBB", "xf": "XenForo", "vb": "vBulletin 4.2.5"}


def forums(pages, origins, whole=False):
    """Answers by host and path, and of every origin: engine, host, paths of board and short board, pages of both.

    `whole`: every origin has all threads of its engine.
    """
    truth = defaultdict(dict)
    for line in open(os.path.join(pages, "truth.jsonl"), encoding="utf-8"):
        page = json.loads(line)
        thread, number = map(int, re.match(r"(\d+)-(\d+)", page["f"]).groups())
        truth[thread][number] = page
    kinds = sorted({pages_of[1]["kind"] for pages_of in truth.values()})
    hosts = [f"127.0.0.{n + 1}" for n in range(origins)]
    dealt, answers, entries = defaultdict(list), {}, []
    turn = defaultdict(int)
    for thread, pages_of in sorted(truth.items()):
        kind = pages_of[1]["kind"]
        mine = [host for n, host in enumerate(hosts) if kinds[n % len(kinds)] == kind]
        for host in mine if whole else [mine[turn[kind] % len(mine)]]:
            dealt[host, kind].append(thread)
        turn[kind] += 1
    made = {}
    for (host, kind), threads in dealt.items():
        head, row = LISTING[kind]
        rows = []
        for thread in threads:
            replies, start, addresses = -1, 0, {}
            for number, page in sorted(truth[thread].items()):
                addresses[number] = THREAD[kind](thread, number, start)
                start += len(page["posts"])
                replies += len(page["posts"])
            for number, address in addresses.items():
                if (thread, number) in made:
                    answers[host, address] = made[thread, number]
                    continue
                body = open(os.path.join(pages, "t", f"{thread}-{number}.html"), "rb").read()
                body = re.sub(rb"/t/\d+-(\d+)\.html", lambda m: addresses[int(m[1])].replace("&", "&amp;").encode(), body)
                if number + 1 in addresses:  # the generated pagers are of no engine in particular; all of these engines name the next page so
                    link = f'<link rel="next" href="{addresses[number + 1]}">'.replace("&", "&amp;")
                    body = body.replace(b"<head>", b"<head>" + link.encode(), 1)
                answers[host, address] = made[thread, number] = answer(body, truth[thread][number]["enc"])
            rows.append(row.format(thread=thread, url=addresses[1].replace("&", "&amp;"), replies=replies))
        for number, listed in ((1, rows), (2, rows[:1])):
            listing = f'<!DOCTYPE html><html><head><meta name="generator" content="{GENERATOR[kind]}"><title>F</title></head>{head.format(rows="".join(listed))}</body></html>'
            answers[host, BOARD[kind].format(number)] = answer(listing.encode(), "utf-8")
        counts = [len(truth[thread]) for thread in threads]
        entries.append((ENGINE[kind], host, BOARD[kind].format(1), BOARD[kind].format(2), sum(counts), counts[0]))
    return answers, entries


def answer(body, charset):
    return b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=%s\r\nContent-Length: %d\r\n\r\n" % (charset.encode(), len(body)) + body


MISSING = b"HTTP/1.1 404 Not Found\r\nContent-Type: text/plain\r\nContent-Length: 0\r\n\r\n"


class Forum(asyncio.Protocol):
    """Keeps a connection open and answers request after request."""

    def __init__(self, answers):
        self.answers, self.waiting = answers, b""

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.waiting += data
        while (end := self.waiting.find(b"\r\n\r\n")) >= 0:
            request, self.waiting = self.waiting[:end].decode("latin-1"), self.waiting[end + 4:]
            path = request.split(" ", 2)[1]
            host = re.search(r"(?im)^host: *([\d.]+)", request)[1]
            self.transport.write(self.answers.get((host, path), MISSING))


async def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages")
    parser.add_argument("--origins", type=int, default=32)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--all", action="store_true")
    arguments = parser.parse_args()
    answers, entries = forums(arguments.pages, arguments.origins, arguments.all)
    server = await asyncio.get_running_loop().create_server(lambda: Forum(answers), "0.0.0.0", arguments.port)
    port = server.sockets[0].getsockname()[1]
    print(port)
    for engine, host, board, short, *counts in entries:
        print(engine, f"http://{host}:{port}{board}", f"http://{host}:{port}{short}", *counts)
    print(flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
