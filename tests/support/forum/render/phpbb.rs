//! Pages in the shape of phpBB 3.3's prosilver.

use super::{
    super::{
        calendar::{Civil, iso},
        content::Block,
        model::{Board, Deletion, Post, Quote, User},
    },
    html::{escape, lines, put},
    view::{BoardView, Message, Page, Row, ThreadView},
};

/// The index of boards.
pub fn index(page: &Page) -> String {
    let mut out = head(page, "Index page", "index", None);
    crumbs(page, &mut out, None);
    put!(
        &mut out,
        "<div class=\"forabg\"><div class=\"inner\">\n\
             <ul class=\"topiclist\"><li class=\"header\"><dl class=\"row-item\"><dt><div \
             class=\"list-inner\">Harbour town</div></dt><dd class=\"topics\">Topics</dd><dd \
             class=\"posts\">Posts</dd><dd class=\"lastpost\"><span>Last post</span></dd></dl></li></ul>\n\
             <ul class=\"topiclist forums\">\n"
    );
    for board in page.forum.boards() {
        let rows = page.rows(board);
        let posts: usize = rows.iter().map(|row| row.replies + 1).sum();
        put!(
            &mut out,
            "<li class=\"row\"><dl class=\"row-item forum_read\"><dt title=\"No unread posts\"><div \
                 class=\"list-inner\"><a href=\"./viewforum.php?f={}{sid}\" class=\"forumtitle\">{}</a><br />{}</div>\
                 </dt>\n\
                 <dd class=\"topics\">{} <dfn>Topics</dfn></dd><dd class=\"posts\">{posts} <dfn>Posts</dfn></dd>\n\
                 <dd class=\"lastpost\"><span>",
            board.id,
            escape(&board.name),
            escape(&board.description),
            rows.len(),
            sid = sid(page)
        );
        match rows.iter().max_by_key(|row| row.last.created) {
            Some(row) => put!(
                &mut out,
                "<dfn>Last post</dfn> <a href=\"./viewtopic.php?p={p}{sid}#p{p}\" class=\"lastsubject\">Re: {}</a> <br \
                     />by {} <br />{}",
                escape(&row.thread.title),
                user_link(page, page.user(row.last.author)),
                time(page, row.last.created),
                p = row.last.id,
                sid = sid(page)
            ),
            None => put!(&mut out, "No posts"),
        }
        put!(&mut out, "</span></dd></dl></li>\n");
    }
    put!(&mut out, "</ul></div></div>\n");
    foot(page, &mut out);
    out
}

/// A board's listing.
pub fn board(page: &Page, view: &BoardView) -> String {
    let mut out = head(page, &view.board.name, "viewforum", None);
    crumbs(page, &mut out, Some(view.board));
    let (id, size) = (view.board.id, page.forum.setup.threads_per_page);
    put!(
        &mut out,
        "<h2 class=\"forum-title\"><a href=\"./viewforum.php?f={id}{}\">{}</a></h2>\n\
             <div class=\"action-bar bar-top\">\n\
             <a href=\"./posting.php?mode=post&amp;f={id}{}\" class=\"button\" title=\"Post a new topic\"><span>New \
             Topic</span></a>\n",
        sid(page),
        escape(&view.board.name),
        sid(page)
    );
    let base = format!("./viewforum.php?f={id}");
    pager(page, &mut out, &base, (view.page, view.pages), size, &format!("{} topics", view.total));
    put!(&mut out, "</div>\n");
    put!(
        &mut out,
        "<div class=\"forumbg\"><div class=\"inner\">\n\
             <ul class=\"topiclist\"><li class=\"header\"><dl class=\"row-item\"><dt><div \
             class=\"list-inner\">Topics</div></dt><dd class=\"posts\">Replies</dd><dd class=\"views\">Views</dd><dd \
             class=\"lastpost\"><span>Last post</span></dd></dl></li></ul>\n\
             <ul class=\"topiclist topics\">\n"
    );
    for (n, row) in view.rows.iter().enumerate() {
        listing_row(page, &mut out, n, row);
    }
    put!(&mut out, "</ul></div></div>\n");
    put!(
        &mut out,
        "<form method=\"post\" action=\"{base}{}\"><fieldset class=\"display-options\"><a \
             href=\"{base}&amp;sk=v&amp;sd=d{}\">Most views first</a></fieldset></form>\n",
        sid(page),
        sid(page)
    );
    foot(page, &mut out);
    out
}

fn listing_row(page: &Page, out: &mut String, n: usize, row: &Row) {
    let (thread, sid) = (row.thread, sid(page));
    let sticky = thread.sticky && !row.moved;
    let icon = match (row.moved, sticky, thread.locked) {
        (true, _, _) => "topic_moved",
        (_, true, true) => "sticky_read_locked",
        (_, true, false) => "sticky_read",
        (_, false, true) => "topic_read_locked",
        (_, false, false) => "topic_read",
    };
    let tip = match (row.moved, thread.locked) {
        (true, _) => "Moved topic",
        (_, true) => "This topic is locked, you cannot edit posts or make further replies.",
        (_, false) => "No unread posts",
    };
    put!(
        out,
        "<li class=\"row bg{}{}\">\n\
             <dl class=\"row-item {icon}\">\n\
             <dt title=\"{tip}\"><div class=\"list-inner\">\n\
             <a href=\"./viewtopic.php?t={}{sid}\" class=\"topictitle\">{}</a> <br />\n",
        n % 2 + 1,
        if sticky { " sticky" } else { "" },
        thread.id,
        escape(&thread.title)
    );
    let (first, last) = (page.user(row.first.author), page.user(row.last.author));
    put!(
        out,
        "<div class=\"responsive-show\" style=\"display: none;\">Last post by {} &laquo; <a \
             href=\"./viewtopic.php?p={p}{sid}#p{p}\" title=\"Go to last post\">{}</a></div>\n\
             <span class=\"responsive-show left-box\" style=\"display: none;\">Replies: <strong>{}</strong></span>\n\
             <div class=\"topic-poster responsive-hide left-box\">by {} &raquo; {}</div>\n",
        user_link(page, last),
        time(page, row.last.created),
        row.replies,
        user_link(page, first),
        time(page, row.first.created),
        p = row.last.id
    );
    let (size, pages) = (page.forum.setup.posts_per_page, (row.replies + 1).div_ceil(page.forum.setup.posts_per_page));
    if pages > 1 {
        put!(out, "<div class=\"pagination\"><span><i class=\"icon fa-clone fa-fw\"></i></span><ul>");
        for n in 0..pages.min(5) {
            let start = if n == 0 { String::new() } else { format!("&amp;start={}", n * size) };
            put!(
                out,
                "<li><a class=\"button\" href=\"./viewtopic.php?t={}{sid}{start}\">{}</a></li>",
                thread.id,
                n + 1
            );
        }
        put!(out, "</ul></div>\n");
    }
    put!(
        out,
        "</div></dt>\n\
             <dd class=\"posts\">{} <dfn>Replies</dfn></dd>\n\
             <dd class=\"views\">{} <dfn>Views</dfn></dd>\n\
             <dd class=\"lastpost\"><span><dfn>Last post </dfn>by {} <a href=\"./viewtopic.php?p={p}{sid}#p{p}\" \
             title=\"Go to last post\"><i class=\"icon\"></i></a><br />{}</span></dd>\n\
             </dl>\n\
             </li>\n",
        row.replies,
        page.views(thread),
        user_link(page, last),
        time(page, row.last.created),
        p = row.last.id
    );
}

/// A page of a thread.
pub fn thread(page: &Page, view: &ThreadView) -> String {
    let (tid, size) = (view.thread.id, page.forum.setup.posts_per_page);
    let start = if view.page > 1 { format!("&amp;start={}", (view.page - 1) * size) } else { String::new() };
    let canonical = format!("viewtopic.php?t={tid}{start}");
    let title =
        if view.page > 1 { format!("{} - Page {}", view.thread.title, view.page) } else { view.thread.title.clone() };
    let mut out = head(page, &title, "viewtopic", Some(&canonical));
    crumbs(page, &mut out, Some(view.board));
    put!(
        &mut out,
        "<h2 class=\"topic-title\"><a href=\"./viewtopic.php?t={tid}{start}{}\">{}</a></h2>\n\
             <div class=\"action-bar bar-top\">\n\
             <a href=\"./posting.php?mode=reply&amp;t={tid}{}\" class=\"button\" title=\"{}\"><span>{}</span></a>\n\
             <a href=\"./viewtopic.php?t={tid}{}&amp;view=print\" title=\"Print view\"><span>Print view</span></a>\n",
        sid(page),
        escape(&view.thread.title),
        sid(page),
        if view.thread.locked {
            "This topic is locked, you cannot edit posts or make further replies."
        } else {
            "Post a reply"
        },
        if view.thread.locked { "Locked" } else { "Post Reply" },
        sid(page)
    );
    let base = format!("./viewtopic.php?t={tid}");
    let count = format!("{} post{}", view.total, if view.total == 1 { "" } else { "s" });
    pager(page, &mut out, &base, (view.page, view.pages), size, &count);
    put!(&mut out, "</div>\n");
    for (n, (_, post)) in view.posts.iter().enumerate() {
        write_post(page, &mut out, view, n, post);
    }
    put!(&mut out, "<div class=\"action-bar bar-bottom\">\n");
    pager(page, &mut out, &base, (view.page, view.pages), size, &count);
    put!(&mut out, "</div>\n");
    foot(page, &mut out);
    out
}

fn write_post(page: &Page, out: &mut String, view: &ThreadView, n: usize, post: &Post) {
    let (pid, author, sid) = (post.id, page.user(post.author), sid(page));
    let subject = if view.thread.posts.first() == Some(&pid) {
        escape(&view.thread.title)
    } else {
        format!("Re: {}", escape(&view.thread.title))
    };
    let deleted = post.deleted == Some(Deletion::LeavesMarker);
    let guest = author.id == 0;
    put!(
        out,
        "<div id=\"p{pid}\" class=\"post has-profile bg{}{}\">\n\
             <div class=\"inner\">\n\
             <dl class=\"postprofile\" id=\"profile{pid}\"><dt class=\"no-profile-rank no-avatar\"><div \
             class=\"avatar-container\"></div>{}</dt>",
        2 - n % 2,
        if deleted { " deleted" } else { "" },
        user_link(page, author)
    );
    if !guest {
        put!(
            out,
            "<dd class=\"profile-posts\"><strong>Posts:</strong> <a \
                 href=\"./search.php?author_id={}&amp;sr=posts{sid}\">{}</a></dd>",
            author.id,
            page.noise(u64::from(author.id)) % 400
        );
    }
    put!(
        out,
        "</dl>\n\
             <div class=\"postbody\">\n\
             <div id=\"post_content{pid}\">\n\
             <h3{}><a href=\"./viewtopic.php?p={pid}{sid}#p{pid}\">{subject}</a></h3>\n\
             <ul class=\"post-buttons\"><li><a href=\"./posting.php?mode=quote&amp;p={pid}{sid}\" title=\"Reply with \
             quote\" class=\"button button-icon-only\"><span class=\"sr-only\">Quote</span></a></li></ul>\n\
             <p class=\"author\"><a class=\"unread\" href=\"./viewtopic.php?p={pid}{sid}#p{pid}\" title=\"Post\">\
             <span class=\"sr-only\">Post</span></a> <span class=\"responsive-hide\">by <strong>{}</strong> &raquo; \
             </span>{}</p>\n",
        if n == 0 { " class=\"first\"" } else { "" },
        user_link(page, author),
        time(page, post.created)
    );
    if deleted {
        put!(
            out,
            "<div id=\"post_hidden{pid}\"><div class=\"notice post_deleted_msg\">Deleted by {} on {}.</div></div>\n\
                 </div>\n\
                 </div>\n\
                 </div>\n\
                 </div>\n",
            user_link(page, page.user(page.forum.moderator())),
            words(&page.civil(post.created + 3600))
        );
        return;
    }
    put!(out, "<div class=\"content\">{}</div>\n", body(page, post));
    if let Some(edit) = &post.edit {
        put!(
            out,
            "<div class=\"notice\">\nLast edited by {} on {}, edited {} time{} in total.\n",
            user_link(page, page.user(edit.by)),
            words(&page.civil(edit.at)),
            edit.count,
            if edit.count == 1 { "" } else { "s" }
        );
        if let Some(reason) = &edit.reason {
            put!(out, "<br /><strong>Reason:</strong> <em>{}</em>\n", escape(reason));
        }
        put!(out, "</div>\n");
    }
    if let Some(signature) = author.signature {
        put!(out, "<div id=\"sig{pid}\" class=\"signature\">{}</div>\n", escape(signature));
    }
    put!(
        out,
        "</div>\n\
             </div>\n\
             <div class=\"back2top\"><a href=\"#top\" class=\"top\" title=\"Top\"><span class=\"sr-only\">Top</span>\
             </a></div>\n\
             </div>\n\
             </div>\n"
    );
}

fn body(page: &Page, post: &Post) -> String {
    let mut out = String::new();
    if let Some(quote) = &post.quote {
        write_quote(page, &mut out, quote);
    }
    for (n, block) in post.body.blocks().iter().enumerate() {
        if n > 0 {
            out.push_str("<br>\n<br>\n");
        }
        match block {
            Block::Paragraph(text) => out.push_str(&lines(text, "<br>\n")),
            Block::Code(code) => put!(
                &mut out,
                "<div class=\"codebox\"><p>Code: <a href=\"#\" onclick=\"selectCode(this); return false;\">Select all</a>\
                     </p><pre><code>{}\n\
                     </code></pre></div>",
                lines(code, "\n")
            ),
            Block::Link(url) => put!(&mut out, "<a href=\"{url}\" class=\"postlink\">{url}</a>"),
        }
    }
    out
}

fn write_quote(page: &Page, out: &mut String, quote: &Quote) {
    let (author, p, sid) = (page.user(quote.author), quote.post, sid(page));
    let name = escape(&author.name);
    let named = if author.id == 0 {
        name
    } else {
        format!("<a href=\"./memberlist.php?mode=viewprofile&amp;u={}{sid}\">{name}</a>", author.id)
    };
    put!(
        out,
        "<blockquote cite=\"./viewtopic.php?p={p}{sid}#p{p}\"><div><cite>{named} wrote: <a \
             href=\"./viewtopic.php?p={p}{sid}#p{p}\" data-post-id=\"{p}\">↑</a><span \
             class=\"responsive-hide\">{}</span></cite>\n",
        words(&page.civil(quote.created))
    );
    if let Some(inner) = &quote.inner {
        write_quote(page, out, inner);
    }
    put!(out, "{}\n</div></blockquote>\n", escape(&quote.text));
}

/// What stands in place of a page.
pub fn message(page: &Page, message: Message) -> String {
    let mut out = head(page, "Information", "viewtopic", None);
    crumbs(page, &mut out, None);
    let text = match message {
        Message::Missing => "The requested topic does not exist.",
        Message::NoPermission => "You are not authorised to read this forum.",
        Message::Maintenance => "Sorry but this board is currently unavailable.",
        Message::Login => "",
    };
    if message == Message::Login {
        put!(
            &mut out,
            "<form action=\"./ucp.php?mode=login{}\" method=\"post\" id=\"login\"><div class=\"panel\"><div \
                 class=\"inner\"><div class=\"content\"><h2 class=\"login-title\">The board requires you to be \
                 registered and logged in to view this forum.</h2><fieldset class=\"fields1\"><input type=\"text\" \
                 name=\"username\" id=\"username\" /><input type=\"password\" name=\"password\" id=\"password\" />\
                 </fieldset></div></div></div></form>\n",
            sid(page)
        );
    } else {
        put!(
            &mut out,
            "<div class=\"panel\" id=\"message\"><div class=\"inner\"><h2 class=\"message-title\">Information</h2>\
                 <p>{text}</p></div></div>\n"
        );
    }
    foot(page, &mut out);
    out
}

fn head(page: &Page, title: &str, section: &str, canonical: Option<&str>) -> String {
    let mut out = String::with_capacity(20_000);
    put!(
        &mut out,
        "<!DOCTYPE html>\n\
             <html dir=\"ltr\" lang=\"en-gb\">\n\
             <head>\n\
             <meta charset=\"utf-8\" />\n\
             <title>{} - Harbour Forum</title>\n",
        escape(title)
    );
    if let Some(canonical) = canonical {
        put!(&mut out, "<link rel=\"canonical\" href=\"{}/{canonical}\">\n", page.visit.origin);
    }
    put!(
        &mut out,
        "<!--\n\
             \tphpBB style name: prosilver\n\
             -->\n\
             </head>\n\
             <body id=\"phpbb\" class=\"nojs notouch section-{section} ltr\">\n\
             <div id=\"wrap\" class=\"wrap\">\n\
             <a id=\"top\" class=\"top-anchor\" accesskey=\"t\"></a>\n\
             <div id=\"page-header\"><div class=\"headerbar\" role=\"banner\"><div class=\"inner\"><div \
             id=\"site-description\" class=\"site-description\"><h1>Harbour Forum</h1></div></div></div>\n"
    );
    out
}

fn crumbs(page: &Page, out: &mut String, board: Option<&Board>) {
    let sid = sid(page);
    put!(
        out,
        "<div class=\"navbar\" role=\"navigation\"><div class=\"inner\"><ul id=\"nav-main\" class=\"nav-main \
             linklist\"><li><a href=\"./ucp.php?mode=login{sid}\" title=\"Login\"><span>Login</span></a></li></ul>\n\
             <ul id=\"nav-breadcrumbs\" class=\"nav-breadcrumbs linklist navlinks\" role=\"menubar\"><li \
             class=\"breadcrumbs\"><span class=\"crumb\"><a href=\"./index.php{}\" accesskey=\"h\"><span \
             itemprop=\"name\">Board index</span></a></span>",
        sid.replacen("&amp;", "?", 1)
    );
    if let Some(board) = board {
        put!(
            out,
            "\n\
                 <span class=\"crumb\" data-forum-id=\"{id}\"><a href=\"./viewforum.php?f={id}{sid}\"><span \
                 itemprop=\"name\">{}</span></a></span>",
            escape(&board.name),
            id = board.id
        );
    }
    put!(
        out,
        "</li></ul></div></div></div>\n\
             <a id=\"start_here\" class=\"anchor\"></a>\n\
             <div id=\"page-body\" class=\"page-body\" role=\"main\">\n"
    );
    if page.visit.nonce != 0 {
        put!(out, "<p class=\"right responsive-center time\">It is currently {}</p>\n", words(&page.clock()));
    }
}

fn pager(page: &Page, out: &mut String, base: &str, (number, pages): (usize, usize), size: usize, count: &str) {
    let sid = sid(page);
    let link =
        |n: usize| if n == 1 { format!("{base}{sid}") } else { format!("{base}{sid}&amp;start={}", (n - 1) * size) };
    put!(out, "<div class=\"pagination\">\n{count}\n");
    if pages < 2 {
        put!(out, "&bull; Page <strong>1</strong> of <strong>1</strong>\n</div>\n");
        return;
    }
    put!(out, "<ul>\n");
    if number > 1 {
        put!(
            out,
            "<li class=\"arrow previous\"><a class=\"button button-icon-only\" href=\"{}\" rel=\"prev\" \
                 role=\"button\"><span class=\"sr-only\">Previous</span></a></li>\n",
            link(number - 1)
        );
    }
    let mut gap = false;
    for n in 1..=pages {
        if n == number {
            put!(out, "<li class=\"active\"><span>{n}</span></li>\n");
        } else if n == 1 || n == pages || n.abs_diff(number) < 3 {
            put!(out, "<li><a class=\"button\" href=\"{}\" role=\"button\">{n}</a></li>\n", link(n));
            gap = false;
        } else if !std::mem::replace(&mut gap, true) {
            put!(out, "<li class=\"ellipsis\" role=\"separator\"><span>…</span></li>\n");
        }
    }
    if number < pages {
        put!(
            out,
            "<li class=\"arrow next\"><a class=\"button button-icon-only\" href=\"{}\" rel=\"next\" role=\"button\">\
                 <span class=\"sr-only\">Next</span></a></li>\n",
            link(number + 1)
        );
    }
    put!(out, "</ul>\n</div>\n");
}

fn foot(page: &Page, out: &mut String) {
    put!(
        out,
        "</div>\n\
             <div id=\"page-footer\" class=\"page-footer\" role=\"contentinfo\"><div class=\"navbar\" \
             role=\"navigation\"><div class=\"inner\"><ul id=\"nav-footer\" class=\"nav-footer linklist\"><li \
             class=\"rightside\">All times are <span title=\"Europe/Moscow\">UTC+03:00</span></li></ul></div></div>\n\
             {}<div class=\"copyright\"><p class=\"footer-row\"><span class=\"footer-copyright\">Powered by <a \
             href=\"https://www.phpbb.com/\">phpBB</a>&reg; Forum Software &copy; phpBB Limited</span></p></div>\n\
             </div>\n\
             </div>\n\
             </body>\n\
             </html>\n",
        page.traps()
    );
}

/// The session id at the end of a link, until the cookie is there.
fn sid(page: &Page) -> String {
    page.visit.session.as_ref().map_or_else(String::new, |session| format!("&amp;sid={session}"))
}

fn user_link(page: &Page, user: &User) -> String {
    let name = escape(&user.name);
    match (user.id, user.role) {
        (0, _) => format!("<span class=\"username\">{name}</span>"),
        (id, "Global Moderator") => format!(
            "<a href=\"./memberlist.php?mode=viewprofile&amp;u={id}{}\" style=\"color: #00AA00;\" \
                 class=\"username-coloured\">{name}</a>",
            sid(page)
        ),
        (id, _) => format!(
            "<a href=\"./memberlist.php?mode=viewprofile&amp;u={id}{}\" class=\"username\">{name}</a>",
            sid(page)
        ),
    }
}

fn time(page: &Page, unix: i64) -> String {
    format!("<time datetime=\"{}\">{}</time>", iso(unix, 0), words(&page.civil(unix)))
}

/// `Tue Jan 30, 2024 8:12 am`.
fn words(c: &Civil) -> String {
    let half = if c.afternoon() { "pm" } else { "am" };
    format!("{} {} {:02}, {} {}:{:02} {half}", c.weekday(), c.month_name(), c.day, c.year, c.hour12(), c.minute)
}
