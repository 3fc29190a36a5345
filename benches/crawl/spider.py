"""The same crawl for Scrapy, with the same fields: boards, threads, pages; of each post who wrote it and when, who edited it and when,
what it quotes, its text in paragraphs without quotes, notices and chrome, links, images, and a hash of it all."""
import datetime
import hashlib
import re

import scrapy

# What is read of each engine: the rows of a board, a post, and its parts; and what the texts of those say.
RULES = {
    "discuz": dict(
        threads="a.xst::attr(href)", next="a.nxt::attr(href)", thread=r"thread-(\d+)-", title="#thread_subject::text",
        post="div[id^=post_]", id=("::attr(id)", r"post_(\d+)$"), link="a[id^=postnum]::attr(href)", position="a[id^=postnum] em::text",
        author=".authi a.xw1", member=r"uid=(\d+)", role="td.pls em a[href*=usergroup]::text", headline=None,
        date="em[id^=authorposton]", day=(r"(\d+-\d+-\d+ \d+:\d+:\d+)", "%Y-%m-%d %H:%M:%S"), body="td.t_f", quotes="div.quote",
        said=dict(text="blockquote", who=r"(\S+) 发表于 (\S+ \S+)", post=r"pid=(\d+)", intro="font"), left_out=("quote", "pstatus", "smiley", "tip"),
        notice="i.pstatus", edited=(r"由 (?P<who>.+?) 于 (?P<day>\d+-\d+-\d+ \d+:\d+)", "%Y-%m-%d %H:%M"),
        files=dict(each="ignore_js_op", name=".tip strong::text, .attnm a::text", url="img::attr(zoomfile), a[href*='mod=attachment']::attr(href)", size=".tip em"),
        gone=("div.locked", "hidden"), boards="#pt a"),
    "phpbb": dict(
        threads="a.topictitle::attr(href)", next="a[rel=next]::attr(href), link[rel=next]::attr(href)", thread=r"t=(\d+)",
        title="h2.topic-title ::text", post="div.post", id=("::attr(id)", r"p(\d+)"), link="h3 a::attr(href)", position=None,
        author=".postprofile a.username, .postprofile a.username-coloured", member=r"u=(\d+)", role=".profile-rank::text", headline="h3 a::text",
        date="p.author time", day="datetime", body="div.content", quotes="blockquote",
        said=dict(text="div", who=r"^(\S+) wrote: ↑(.*)", post=r"p=(\d+)", intro="cite"), left_out=("blockquote", "smilies"),
        notice="div.notice", edited=(r"by (?P<who>.+?) on (?P<day>.+? [AP]M), edited (?P<count>\d+)", "%a %b %d, %Y %I:%M %p"),
        files=dict(each="dl.attachbox dl.file, .inline-attachment dl.file", name="a.postlink::text", url="a.postlink::attr(href)", size="dd"),
        gone=(".post_deleted", "deleted"), boards=".breadcrumbs a"),
    "xenforo2": dict(
        threads=".structItem-title a::attr(href)", next="a.pageNav-jump--next::attr(href), link[rel=next]::attr(href)", thread=r"\.(\d+)/",
        title="h1.p-title-value::text", post="article.message", id=("::attr(data-content)", r"post-(\d+)"),
        link=".message-attribution-main a::attr(href)", position=".message-attribution-opposite li:last-child a::text",
        author=".message-name a.username", member=r"\.(\d+)/", role=".message-userTitle::text", headline=None, date=".message-attribution time",
        day="datetime", body=".message-body .bbWrapper", quotes="blockquote",
        said=dict(text=".bbCodeBlock-expandContent", who=r"^(\S+) said:", post=r"post[-:]\s*(\d+)", intro=".bbCodeBlock-title"),
        left_out=("bbCodeBlock", "smilie"), notice=".message-lastEdit", edited=(None, "datetime"),
        files=dict(each=".message-attachments .file", name=".file-name::text", url="a::attr(href)", size=".file-meta"),
        gone=(".messageNotice--deleted", "deleted"), boards=".p-breadcrumbs a"),
    "vbulletin4": dict(
        threads="a.title::attr(href)", next="a[rel=next]::attr(href), link[rel=next]::attr(href)", thread=r"t=(\d+)",
        title=".threadtitle ::text", post="li.postcontainer", id=("::attr(id)", r"post_(\d+)"), link="a.postcounter::attr(href)",
        position="a.postcounter::text", author="a.username", member=r"member\.php\?(\d+)", role=".usertitle::text", headline="h2.title::text",
        date=".postdate .date", day=(r"(\d+-\d+-\d+, \d+:\d+ [AP]M)", "%m-%d-%Y, %I:%M %p"), body="blockquote.postcontent", quotes=".bbcode_quote",
        said=dict(text=".message", who=r"Originally Posted by (\S+)", post=r"p=(\d+)", intro=".bbcode_postedby"), left_out=("bbcode_container", "inlineimg"),
        notice=".lastedited", edited=(r"by (?P<who>.+?); (?P<day>\d+-\d+-\d+ at \d+:\d+ [AP]M)", "%m-%d-%Y at %I:%M %p"),
        files=dict(each=".attachments li", name="a::text", url="a::attr(href)", size="li"), gone=(".postbitdeleted", "deleted"), boards="#breadcrumb a"),
}
BLOCKS = {"p", "div", "ul", "ol", "table", "tr", "pre", "h1", "h2", "h3", "h4", "blockquote"}


def line(node):
    return " ".join(node.xpath("string()").get("").split()) if node else None


def content(body, left_out):
    """The text of a body in lines, and the addresses of links and images, without the elements of these names or classes."""
    parts, links, images = [], [], []

    def walk(element):
        name = element.tag
        if isinstance(name, str) and name not in left_out and not any(one in left_out for one in element.get("class", "").split()):
            if name == "br":
                parts.append("\n")
            elif name == "img":
                images.append(element.get("data-src") or element.get("zoomfile") or element.get("src") or "")
            elif name == "pre":
                parts.append("\n" + "".join(element.itertext()) + "\n")
            elif name not in ("script", "style"):
                ends = "\n" if name in BLOCKS else ""
                parts.append("\n" if name == "li" else ends)
                if name == "a" and element.get("href"):
                    links.append(element.get("href"))
                if element.text:
                    parts.append(" ".join(element.text.split("\n")))
                for child in element:
                    walk(child)
                parts.append(ends)
        if element.tail:
            parts.append(" ".join(element.tail.split("\n")))

    root = body[0].root
    parts.append(" ".join((root.text or "").split("\n")))
    for child in root:
        walk(child)
    lines = (" ".join(one.split()) for one in "".join(parts).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip(), links, images


def iso(shown, shape):
    try:
        return datetime.datetime.strptime(shown, shape).replace(tzinfo=datetime.timezone.utc).isoformat()
    except ValueError:
        return None


def machine(shown):
    return datetime.datetime.strptime(shown, "%Y-%m-%dT%H:%M:%S%z").isoformat() if shown else None


class Posts(scrapy.Spider):
    name = "posts"
    custom_settings = {
        "ROBOTSTXT_OBEY": True, "DOWNLOAD_DELAY": 0, "CONCURRENT_REQUESTS": 32, "CONCURRENT_REQUESTS_PER_DOMAIN": 1, "LOG_LEVEL": "ERROR",
        "TELNETCONSOLE_ENABLED": False, "RETRY_ENABLED": True,
    }

    async def start(self):
        for entry in open(self.entries, encoding="utf-8"):
            engine, url = entry.split()
            yield scrapy.Request(url, self.board, cb_kwargs={"engine": engine})

    def board(self, response, engine):
        for url in response.css(RULES[engine]["threads"]).getall():
            yield response.follow(url, self.thread, cb_kwargs={"engine": engine})

    def thread(self, response, engine, first=None, before=0):
        rules = RULES[engine]
        first = first or response.url
        number = re.search(rules["thread"], first)
        thread = {"id": number and number[1], "url": first, "title": " ".join("".join(response.css(rules["title"]).getall()).split()) or None,
                  "boards": [{"name": line(one), "url": response.urljoin(one.attrib.get("href", ""))} for one in response.css(rules["boards"])]}
        language = response.css("html::attr(lang)").get()
        count = 0
        for post in response.css(rules["post"]):
            where, shape = rules["id"]
            found = re.search(shape, post.css(where).get() or "")
            if found:
                count += 1
                yield self.post(response, engine, rules, thread, language, post, found[1], before + count)
        following = response.css(rules["next"]).get()
        if following:
            yield response.follow(following, self.thread, cb_kwargs={"engine": engine, "first": first, "before": before + count})

    def post(self, response, engine, rules, thread, language, post, number, place):
        author = post.css(rules["author"])[:1]
        profile = author.attrib.get("href") if author else None
        member = re.search(rules["member"], profile) if profile else None
        name = line(author)
        shown = post.css(rules["date"])[:1]
        raw = line(shown)
        if rules["day"] == "datetime":
            date = machine(shown.attrib.get("datetime") if shown else None)
        else:
            # a date of the last days stands behind words, in a title
            told = re.search(rules["day"][0], raw or "") or re.search(rules["day"][0], shown.css("[title]::attr(title)").get() or "")
            raw = told and told[1]
            date = raw and iso(raw, rules["day"][1])
        printed = re.search(r"\d+", (post.css(rules["position"]).get() or "") if rules["position"] else "")
        link = post.css(rules["link"]).get()
        body = post.css(rules["body"])[:1]
        edit = None
        notice = post.css(rules["notice"])[:1]
        if notice:
            told = line(notice)
            shape, day = rules["edited"]
            if shape is None:
                time = notice.css("time")[:1]
                edit = {"editor": None, "date": machine(time.attrib.get(day) if time else None), "date_raw": line(time), "count": None, "notice": told}
            elif said := re.search(shape, told):
                parts = said.groupdict()
                edit = {"editor": parts["who"], "date": iso(parts["day"], day), "date_raw": parts["day"],
                        "count": int(parts["count"]) if parts.get("count") else None, "by_author": parts["who"] == name, "notice": told}
        quotes = []
        for quote in body.css(rules["quotes"]):
            said = rules["said"]
            intro = quote.css(said["intro"])[:1]
            who = re.search(said["who"], line(intro) or "")
            source = re.search(said["post"], " ".join(quote.css("a::attr(href), ::attr(data-source)").getall()))
            inner = quote.css(said["text"])[:1] or quote
            quotes.append({"author": who and who[1], "post_id": source and source[1],
                           "date_raw": who[2] if who and who.re.groups > 1 else None, "text": content(inner, ("cite", "font", "bbCodeBlock-title"))[0]})
        files = []
        for file in post.css(rules["files"]["each"]):
            size = re.search(r"[\d.,]+ ?(?:[KMG]?B|Bytes)", line(file.css(rules["files"]["size"])[:1]) or "")
            address = file.css(rules["files"]["url"]).get()
            files.append({"name": file.css(rules["files"]["name"]).get(), "url": address and response.urljoin(address), "size": size and size[0]})
        gone, status = rules["gone"]
        said, links, images = content(body, rules["left_out"]) if body else (None, [], [])
        headline = " ".join(post.css(rules["headline"]).getall()) if rules["headline"] else thread["title"] or ""
        record = {
            "source": response.url.split("/")[2], "engine": engine, "url": link and response.urljoin(link), "thread": thread, "post_id": number,
            "position": int(printed[0]) if printed else place, "headline": " ".join(headline.split()) or None,
            "author": {"name": name, "id": member and member[1], "url": profile and response.urljoin(profile),
                       "role": (post.css(rules["role"]).get() or "").strip() or None},
            "date_published": date, "date_published_raw": raw, "edit": edit, "text": said, "quotes": quotes,
            "links": [response.urljoin(one) for one in links], "images": [response.urljoin(one) for one in images],
            "attachments": files, "in_language": language, "status": status if post.css(gone) else "visible",
        }
        told = "\0".join([record["text"] or "", *(quote["text"] for quote in quotes), *record["links"], *record["images"]])
        record["content_hash"] = hashlib.sha256(told.encode()).hexdigest()[:32]
        record["fetched_at"] = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")
        return record
