//! Pages in the shape of FluxBB 1.5's Air style: relative addresses, the notice inside the body.

use super::{
    super::{
        calendar::Civil,
        content::Block,
        model::{Board, Post, Quote, User},
    },
    html::{escape, lines, put},
    view::{Ago, BoardView, Message, Page, Row, ThreadView},
};

/// The index of boards.
pub fn index(page: &Page) -> String {
    let mut out = head(page, "Harbour Forum", "index", None);
    put!(
        &mut out,
        "<div id=\"idx1\" class=\"blocktable\">\n\
             <h2><span>Harbour town</span></h2>\n\
             <div class=\"box\"><div class=\"inbox\">\n\
             <table>\n\
             <thead><tr><th class=\"tcl\" scope=\"col\">Forum</th><th class=\"tc2\" scope=\"col\">Topics</th><th \
             class=\"tc3\" scope=\"col\">Posts</th><th class=\"tcr\" scope=\"col\">Last post</th></tr></thead>\n\
             <tbody>\n"
    );
    for (n, board) in page.forum.boards().iter().enumerate() {
        let rows = page.rows(board);
        let posts: usize = rows.iter().map(|row| row.replies + 1).sum();
        put!(
            &mut out,
            "<tr class=\"{}\"><td class=\"tcl\"><div class=\"icon\"><div class=\"nosize\">{}</div></div><div \
                 class=\"tclcon\"><div><h3><a href=\"viewforum.php?id={}\">{}</a></h3><div class=\"forumdesc\">{}</div>\
                 </div></div></td>\n\
                 <td class=\"tc2\">{}</td>\n\
                 <td class=\"tc3\">{posts}</td>\n\
                 <td class=\"tcr\">",
            parity(n),
            n + 1,
            board.id,
            escape(&board.name),
            escape(&board.description),
            rows.len()
        );
        match rows.iter().max_by_key(|row| row.last.created) {
            Some(row) => put!(
                &mut out,
                "<a href=\"viewtopic.php?pid={p}#p{p}\">{}</a> <span class=\"byuser\">by {}</span>",
                stamp(page, row.last.created),
                escape(&page.user(row.last.author).name),
                p = row.last.id
            ),
            None => put!(&mut out, "Never"),
        }
        put!(&mut out, "</td></tr>\n");
    }
    put!(&mut out, "</tbody></table></div></div>\n</div>\n");
    foot(page, &mut out);
    out
}

/// A board's listing.
pub fn board(page: &Page, view: &BoardView) -> String {
    let base = format!("viewforum.php?id={}", view.board.id);
    let mut out = head(page, &format!("{} / Harbour Forum", view.board.name), "viewforum", Some((&base, view.page)));
    let crumbs = crumbs(None, view.board);
    put!(
        &mut out,
        "<div class=\"linkst\"><div class=\"inbox crumbsplus\">\n\
             {crumbs}<div class=\"pagepost\">{}<p class=\"postlink conr\"><a href=\"post.php?fid={}\">Post new \
             topic</a></p></div></div></div>\n",
        pager(&base, view.page, view.pages),
        view.board.id
    );
    put!(
        &mut out,
        "<div id=\"vf\" class=\"blocktable\">\n\
             <h2><span>{}</span></h2>\n\
             <div class=\"box\"><div class=\"inbox\">\n\
             <table>\n\
             <thead><tr><th class=\"tcl\" scope=\"col\">Topic</th><th class=\"tc2\" scope=\"col\">Replies</th><th \
             class=\"tc3\" scope=\"col\">Views</th><th class=\"tcr\" scope=\"col\">Last post</th></tr></thead>\n\
             <tbody>\n",
        escape(&view.board.name)
    );
    for (n, row) in view.rows.iter().enumerate() {
        listing_row(page, &mut out, n, row);
    }
    put!(
        &mut out,
        "</tbody></table></div></div>\n\
             </div>\n\
             <div class=\"linksb\"><div class=\"inbox crumbsplus\"><div class=\"pagepost\">{}</div>{crumbs}</div>\
             </div>\n",
        pager(&base, view.page, view.pages)
    );
    foot(page, &mut out);
    out
}

fn listing_row(page: &Page, out: &mut String, n: usize, row: &Row) {
    let (thread, tid) = (row.thread, row.thread.id);
    let sticky = thread.sticky && !row.moved;
    let locked = thread.locked && !row.moved;
    let mut class = parity(n).to_owned();
    let mut status = String::new();
    for (is, name, word) in [(sticky, "sticky", "Sticky"), (row.moved, "moved", "Moved"), (locked, "closed", "Closed")]
    {
        if is {
            put!(&mut class, " i{name}");
            put!(&mut status, "<span class=\"{name}text\">{word}: </span>");
        }
    }
    put!(
        out,
        "<tr class=\"{class}\"><td class=\"tcl\"><div class=\"icon\"><div class=\"nosize\">{}</div></div><div \
             class=\"tclcon\"><div>{status}<a href=\"viewtopic.php?id={tid}\">{}</a> <span class=\"byuser\">by \
             {}</span>",
        n + 1,
        escape(&thread.title),
        escape(&page.user(row.first.author).name)
    );
    let pages = (row.replies + 1).div_ceil(page.forum.setup.posts_per_page);
    if pages > 1 && !row.moved {
        put!(out, " <span class=\"pagestext\">[ ");
        for n in 1..=pages {
            if n < 4 || n == pages {
                put!(
                    out,
                    "<a href=\"viewtopic.php?id={tid}{}\">{n}</a> ",
                    if n == 1 { String::new() } else { format!("&amp;p={n}") }
                );
            } else if n == 4 {
                put!(out, "<span class=\"spacer\">…</span> ");
            }
        }
        put!(out, "]</span>");
    }
    put!(out, "</div></div></td>\n");
    if row.moved {
        put!(out, "<td class=\"tc2\">-</td>\n<td class=\"tc3\">-</td>\n<td class=\"tcr\">- - -</td></tr>\n");
        return;
    }
    put!(
        out,
        "<td class=\"tc2\">{}</td>\n\
             <td class=\"tc3\">{}</td>\n\
             <td class=\"tcr\"><a href=\"viewtopic.php?pid={p}#p{p}\">{}</a> <span class=\"byuser\">by {}</span></td>\
             </tr>\n",
        row.replies,
        page.views(thread),
        stamp(page, row.last.created),
        escape(&page.user(row.last.author).name),
        p = row.last.id
    );
}

/// A page of a thread.
pub fn thread(page: &Page, view: &ThreadView) -> String {
    let base = format!("viewtopic.php?id={}", view.thread.id);
    let number = if view.page > 1 { format!(" (Page {})", view.page) } else { String::new() };
    let title = format!("{}{number} / {} / Harbour Forum", view.thread.title, view.board.name);
    let mut out = head(page, &title, "viewtopic", Some((&base, view.page)));
    let crumbs = crumbs(Some((&base, &view.thread.title)), view.board);
    let reply = if view.thread.locked {
        "Topic closed".to_owned()
    } else {
        format!("<a href=\"post.php?tid={}\">Post reply</a>", view.thread.id)
    };
    put!(
        &mut out,
        "<div class=\"linkst\"><div class=\"inbox crumbsplus\">\n\
             {crumbs}<div class=\"pagepost\">{}<p class=\"postlink conr\">{reply}</p></div></div></div>\n",
        pager(&base, view.page, view.pages)
    );
    for (n, (place, post)) in view.posts.iter().enumerate() {
        write_post(page, &mut out, view, n, *place, post);
    }
    put!(
        &mut out,
        "<div class=\"postlinksb\"><div class=\"inbox crumbsplus\"><div class=\"pagepost\">{}<p class=\"postlink \
             conr\">{reply}</p></div>{crumbs}</div></div>\n",
        pager(&base, view.page, view.pages)
    );
    foot(page, &mut out);
    out
}

fn write_post(page: &Page, out: &mut String, view: &ThreadView, n: usize, place: usize, post: &Post) {
    let (pid, author) = (post.id, page.user(post.author));
    let subject = if place == 1 { escape(&view.thread.title) } else { format!("Re: {}", escape(&view.thread.title)) };
    put!(
        out,
        "<div id=\"p{pid}\" class=\"blockpost {}{}{}\">\n\
             <h2><span><span class=\"conr\">#{place}</span> <a href=\"viewtopic.php?pid={pid}#p{pid}\">{}</a></span>\
             </h2>\n\
             <div class=\"box\">\n\
             <div class=\"inbox\">\n\
             <div class=\"postbody\">\n\
             <div class=\"postleft\"><dl>\n\
             <dt><strong>{}</strong></dt>\n\
             <dd class=\"usertitle\"><strong>{}</strong></dd>\n",
        parity(n),
        if place == 1 { " firstpost" } else { "" },
        if n == 0 { " blockpost1" } else { "" },
        stamp(page, post.created),
        user_link(author),
        author.role
    );
    if author.id != 0 {
        put!(
            out,
            "<dd><span>Registered: 2019-01-01</span></dd>\n<dd><span>Posts: {}</span></dd>\n",
            page.noise(u64::from(author.id)) % 400
        );
    }
    put!(
        out,
        "</dl></div>\n<div class=\"postright\">\n<h3>{subject}</h3>\n<div class=\"postmsg\">\n{}\n",
        body(page, post)
    );
    if let Some(edit) = &post.edit {
        put!(
            out,
            "<p class=\"postedit\"><em>Last edited by {} ({})</em></p>\n",
            escape(&page.user(edit.by).name),
            stamp(page, edit.at)
        );
    }
    put!(out, "</div>\n");
    if let Some(signature) = author.signature {
        put!(out, "<div class=\"postsignature postmsg\"><hr /><p>{}</p></div>\n", escape(signature));
    }
    put!(
        out,
        "</div>\n\
             </div>\n\
             </div>\n\
             <div class=\"inbox\"><div class=\"postfoot clearb\"><div class=\"postfootleft\"><p><span>{}</span></p>\
             </div></div></div>\n\
             </div>\n\
             </div>\n",
        if page.noise(u64::from(author.id)).is_multiple_of(2) { "Offline" } else { "<strong>Online</strong>" }
    );
}

fn body(page: &Page, post: &Post) -> String {
    let mut out = String::new();
    if let Some(quote) = &post.quote {
        write_quote(page, &mut out, quote);
    }
    for block in &post.body.blocks() {
        match block {
            Block::Paragraph(text) => put!(&mut out, "<p>{}</p>", lines(text, "<br />")),
            Block::Code(code) => {
                put!(&mut out, "<div class=\"codebox\"><pre><code>{}</code></pre></div>", lines(code, "\n"))
            }
            Block::Link(url) => put!(&mut out, "<p><a href=\"{url}\" rel=\"nofollow\">{url}</a></p>"),
        }
    }
    out
}

fn write_quote(page: &Page, out: &mut String, quote: &Quote) {
    put!(out, "<div class=\"quotebox\"><cite>{} wrote:</cite><blockquote><div>", escape(&page.user(quote.author).name));
    if let Some(inner) = &quote.inner {
        write_quote(page, out, inner);
    }
    put!(out, "<p>{}</p></div></blockquote></div>", escape(&quote.text));
}

/// What stands in place of a page.
pub fn message(page: &Page, message: Message) -> String {
    let mut out = head(page, "Info / Harbour Forum", "message", None);
    let text = match message {
        Message::Missing => "Bad request. The link you followed is incorrect or outdated.",
        Message::Login => "You must login or register to view this forum.",
        Message::NoPermission => "You do not have permission to access this page.",
        Message::Maintenance => "The forums are temporarily down for maintenance.",
    };
    put!(
        &mut out,
        "<div id=\"msg\" class=\"block\"><h2><span>{}</span></h2><div class=\"box\"><div class=\"inbox\">\
             <p>{text}</p></div></div></div>\n",
        if message == Message::Maintenance { "Maintenance" } else { "Info" }
    );
    if message == Message::Login {
        put!(
            &mut out,
            "<div class=\"blockform\"><form id=\"login\" method=\"post\" action=\"login.php?action=in\"><input \
                 type=\"text\" name=\"req_username\" /><input type=\"password\" name=\"req_password\" /></form></div>\n"
        );
    }
    foot(page, &mut out);
    out
}

fn head(page: &Page, title: &str, section: &str, canonical: Option<(&str, usize)>) -> String {
    let mut out = String::with_capacity(20_000);
    put!(
        &mut out,
        "<!DOCTYPE html PUBLIC \"-//W3C//DTD XHTML 1.0 Strict//EN\" \
             \"http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd\">\n\
             <html xmlns=\"http://www.w3.org/1999/xhtml\" xml:lang=\"en\" lang=\"en\" dir=\"ltr\">\n\
             <head>\n\
             <meta http-equiv=\"Content-Type\" content=\"text/html; charset=utf-8\" />\n\
             <title>{}</title>\n\
             <link rel=\"stylesheet\" type=\"text/css\" href=\"style/Air.css\" />\n",
        escape(title)
    );
    if let Some((base, number)) = canonical {
        put!(
            &mut out,
            "<link rel=\"canonical\" href=\"{base}{}\" title=\"Page {number}\" />\n",
            if number > 1 { format!("&amp;p={number}") } else { String::new() }
        );
    }
    put!(
        &mut out,
        "</head>\n\
             <body>\n\
             <div id=\"pun{section}\" class=\"pun\">\n\
             <div class=\"top-box\"></div>\n\
             <div class=\"punwrap\">\n\
             <div id=\"brdheader\" class=\"block\"><div class=\"box\"><div id=\"brdtitle\" class=\"inbox\"><h1><a \
             href=\"index.php\">Harbour Forum</a></h1></div>\n\
             <div id=\"brdmenu\" class=\"inbox\"><ul><li id=\"navindex\"><a href=\"index.php\">Index</a></li><li \
             id=\"navlogin\"><a href=\"login.php\">Login</a></li></ul></div>\n\
             <div id=\"brdwelcome\" class=\"inbox\"><p class=\"conl\">You are not logged in.</p><form><input \
             type=\"hidden\" name=\"csrf_token\" value=\"{}\" /></form></div></div></div>\n\
             <div id=\"brdmain\">\n",
        page.token()
    );
    out
}

fn crumbs(thread: Option<(&str, &str)>, board: &Board) -> String {
    let mut out = String::from("<ol class=\"crumbs\"><li><a href=\"index.php\">Index</a></li>");
    let link = format!("<a href=\"viewforum.php?id={}\">{}</a>", board.id, escape(&board.name));
    match thread {
        Some((base, title)) => put!(
            &mut out,
            "<li><span>»&#160;</span>{link}</li><li><span>»&#160;</span><strong><a href=\"{base}\">{}</a></strong>\
                 </li>",
            escape(title)
        ),
        None => put!(&mut out, "<li><span>»&#160;</span><strong>{link}</strong></li>"),
    }
    out.push_str("</ol> ");
    out
}

fn pager(base: &str, number: usize, pages: usize) -> String {
    let link = |n: usize| if n == 1 { base.to_owned() } else { format!("{base}&amp;p={n}") };
    let mut out = String::from("<p class=\"pagelink conl\"><span class=\"pages-label\">Pages: </span>");
    if number > 1 {
        put!(&mut out, "<a rel=\"prev\" class=\"item1\" href=\"{}\">Previous</a> ", link(number - 1));
    }
    let mut gap = false;
    for n in 1..=pages {
        if n == number {
            put!(&mut out, "<strong{}>{n}</strong> ", if number == 1 { " class=\"item1\"" } else { "" });
        } else if n == 1 || n == pages || n.abs_diff(number) < 3 {
            put!(&mut out, "<a href=\"{}\">{n}</a> ", link(n));
            gap = false;
        } else if !std::mem::replace(&mut gap, true) {
            put!(&mut out, "<span class=\"spacer\">…</span> ");
        }
    }
    if number < pages {
        put!(&mut out, "<a rel=\"next\" href=\"{}\">Next</a>", link(number + 1));
    }
    out.push_str("</p>");
    out
}

fn foot(page: &Page, out: &mut String) {
    put!(
        out,
        "</div>\n\
             {}<div id=\"brdfooter\" class=\"block\"><h2><span>Board footer</span></h2><div class=\"box\"><div \
             id=\"brdfooternav\" class=\"inbox\"><div class=\"conr\"><p id=\"poweredby\">Powered by <a \
             href=\"https://fluxbb.org/\">FluxBB</a></p></div></div></div></div>\n\
             </div>\n\
             <div class=\"end-box\"></div>\n\
             </div>\n\
             </body>\n\
             </html>\n",
        page.traps()
    );
}

fn user_link(user: &User) -> String {
    match user.id {
        0 => escape(&user.name),
        id => format!("<a href=\"profile.php?id={id}\">{}</a>", escape(&user.name)),
    }
}

fn parity(n: usize) -> &'static str {
    if n.is_multiple_of(2) { "rowodd" } else { "roweven" }
}

/// `2019-02-03 08:15:30`, or the word for the day and the time: without a fuller form beside it.
fn stamp(page: &Page, unix: i64) -> String {
    let c: Civil = page.civil(unix);
    let time = format!("{:02}:{:02}:{:02}", c.hour, c.minute, c.second);
    match page.ago(unix) {
        Some(Ago::Today { .. }) => format!("Today {time}"),
        Some(Ago::Yesterday) => format!("Yesterday {time}"),
        Some(Ago::Days(_)) | None => format!("{:04}-{:02}-{:02} {time}", c.year, c.month, c.day),
    }
}
