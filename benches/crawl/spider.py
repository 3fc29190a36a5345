"""The same crawl for Scrapy: boards, threads, pages; of each post its id, author, date, edit notice, quotes and text."""
import re

import scrapy

# What is read of each engine: the rows of a board, a post, and its parts.
RULES = {
    "discuz": dict(threads="a.xst::attr(href)", post="div[id^=post_]", id=("::attr(id)", r"post_(\d+)$"), author=".authi a.xw1::text, .pi .authi a::text",
                   date="em[id^=authorposton]", body="td.t_f", notice="i.pstatus", quote=".quote blockquote", next="a.nxt::attr(href)"),
    "phpbb": dict(threads="a.topictitle::attr(href)", post="div.post", id=("::attr(id)", r"p(\d+)"), author=".author .username::text, .author .username-coloured::text",
                  date=".author", body=".content", notice=".notice", quote="blockquote", next="a[rel=next]::attr(href)"),
    "xenforo2": dict(threads=".structItem-title a::attr(href)", post="article.message", id=("::attr(data-content)", r"post-(\d+)"), author=".message-name .username::text",
                     date="time", body=".message-body .bbWrapper", notice=".message-lastEdit", quote="blockquote", next="a.pageNav-jump--next::attr(href)"),
    "vbulletin4": dict(threads="a.title::attr(href)", post="li.postcontainer", id=("::attr(id)", r"post_(\d+)"), author="a.username strong::text, a.username::text",
                       date=".postdate .date", body=".postcontent", notice=".lastedited", quote=".bbcode_quote", next="a[rel=next]::attr(href)"),
}


def text(node):
    return " ".join("".join(node.xpath(".//text()").getall()).split()) if node else None


class Posts(scrapy.Spider):
    name = "posts"
    custom_settings = {
        "ROBOTSTXT_OBEY": True, "DOWNLOAD_DELAY": 0, "CONCURRENT_REQUESTS": 32, "CONCURRENT_REQUESTS_PER_DOMAIN": 1, "LOG_LEVEL": "ERROR",
        "TELNETCONSOLE_ENABLED": False, "RETRY_ENABLED": True,
    }

    async def start(self):
        for line in open(self.entries, encoding="utf-8"):
            engine, url = line.split()
            yield scrapy.Request(url, self.board, cb_kwargs={"engine": engine})

    def board(self, response, engine):
        for url in response.css(RULES[engine]["threads"]).getall():
            yield response.follow(url, self.thread, cb_kwargs={"engine": engine})

    def thread(self, response, engine):
        rules = RULES[engine]
        title = response.css("h1 ::text, h2.topic-title::text, #thread_subject::text").get()
        for post in response.css(rules["post"]):
            where, shape = rules["id"]
            found = re.search(shape, post.css(where).get() or "")
            if not found:
                continue
            body = post.css(rules["body"])
            yield {
                "post_id": found[1], "url": response.url, "thread": title, "author": post.css(rules["author"]).get(),
                "date": text(post.css(rules["date"])[:1]), "notice": text(post.css(rules["notice"])[:1]),
                "quotes": [text(quote) for quote in post.css(rules["quote"])], "text": text(body[:1]),
                "links": body.css("a::attr(href)").getall(), "images": body.css("img::attr(src)").getall(),
            }
        following = response.css(rules["next"]).get()
        if following:
            yield response.follow(following, self.thread, cb_kwargs={"engine": engine})
