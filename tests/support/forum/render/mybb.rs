//! Pages in the shape of MyBB 1.8's default theme; dates are month first, the zone is told by the footer's clock alone.

use super::{
    super::{
        calendar::Civil,
        content::Block,
        model::{Board, Post, Quote, User},
    },
    html::{escape, lines, put},
    view::{Ago, BoardView, Message, Page, Row, STUB, ThreadView},
};

/// The index of boards.
pub fn index(page: &Page) -> String {
    let mut out = head(page, "Harbour Forum");
    navigation(&mut out, &[], "Harbour Forum");
    put!(
        &mut out,
        "<table border=\"0\" cellspacing=\"0\" cellpadding=\"5\" class=\"tborder\">\n\
             <thead><tr><td class=\"thead\" colspan=\"5\"><div><strong>Harbour town</strong></div></td></tr>\
             </thead>\n\
             <tbody>\n\
             <tr><td class=\"tcat\" colspan=\"2\"><span class=\"smalltext\"><strong>Forum</strong></span></td><td \
             class=\"tcat\"><span class=\"smalltext\"><strong>Threads</strong></span></td><td class=\"tcat\"><span \
             class=\"smalltext\"><strong>Posts</strong></span></td><td class=\"tcat\"><span class=\"smalltext\">\
             <strong>Last Post</strong></span></td></tr>\n"
    );
    for board in page.forum.boards() {
        let rows = page.rows(board);
        let posts: usize = rows.iter().map(|row| row.replies + 1).sum();
        put!(
            &mut out,
            "<tr>\n\
                 <td class=\"trow1\" align=\"center\" width=\"1\"><span class=\"forum_status forum_on ajax_mark_read\" \
                 id=\"mark_read_{id}\"></span></td>\n\
                 <td class=\"trow1\"><strong><a href=\"forumdisplay.php?fid={id}\">{}</a></strong><div \
                 class=\"smalltext\">{}</div></td>\n\
                 <td class=\"trow1\" align=\"center\" style=\"white-space: nowrap\">{}</td>\n\
                 <td class=\"trow1\" align=\"center\" style=\"white-space: nowrap\">{posts}</td>\n\
                 <td class=\"trow1\" align=\"right\" style=\"white-space: nowrap\"><span class=\"smalltext\">",
            escape(&board.name),
            escape(&board.description),
            rows.len(),
            id = board.id
        );
        match rows.iter().max_by_key(|row| row.last.created) {
            Some(row) => put!(
                &mut out,
                "<a href=\"showthread.php?tid={}&amp;action=lastpost\" title=\"{title}\"><strong>{title}</strong></a><br \
                     />{}<br />by {}",
                row.thread.id,
                stamp(page, row.last.created),
                user_link(page, page.user(row.last.author)),
                title = escape(&row.thread.title)
            ),
            None => put!(&mut out, "Never"),
        }
        put!(&mut out, "</span></td>\n</tr>\n");
    }
    put!(&mut out, "</tbody></table>\n");
    foot(page, &mut out);
    out
}

/// A board's listing.
pub fn board(page: &Page, view: &BoardView) -> String {
    let mut out = head(page, &format!("Harbour Forum - {}", view.board.name));
    navigation(&mut out, &[], &view.board.name);
    let base = format!("forumdisplay.php?fid={}", view.board.id);
    put!(
        &mut out,
        "<span class=\"smalltext\">Users browsing this forum: {} Guest(s)</span><br />\n",
        page.noise(3) % 9 + 1
    );
    pager(&mut out, &base, view.page, view.pages);
    put!(
        &mut out,
        "<table border=\"0\" cellspacing=\"0\" cellpadding=\"5\" class=\"tborder clear\">\n\
             <tr><td class=\"thead\" colspan=\"7\"><div><strong>{}</strong></div></td></tr>\n\
             <tr><td class=\"tcat\" colspan=\"3\"><span class=\"smalltext\"><strong><a \
             href=\"{base}&amp;datecut=9999&amp;sortby=subject&amp;order=asc\">Thread</a> / <a \
             href=\"{base}&amp;datecut=9999&amp;sortby=starter&amp;order=asc\">Author</a></strong></span></td><td \
             class=\"tcat\"><a href=\"{base}&amp;datecut=9999&amp;sortby=replies&amp;order=desc\">Replies</a></td>\
             <td class=\"tcat\">Views</td><td class=\"tcat\">Rating</td><td class=\"tcat\">Last Post</td></tr>\n",
        escape(&view.board.name)
    );
    let any_sticky = view.rows.iter().any(|row| row.thread.sticky && !row.moved);
    if any_sticky {
        put!(&mut out, "<tr><td class=\"trow_sep\" colspan=\"7\">Important Threads</td></tr>\n");
    }
    let mut separated = !any_sticky;
    for (n, row) in view.rows.iter().enumerate() {
        if !separated && (!row.thread.sticky || row.moved) {
            separated = true;
            put!(&mut out, "<tr><td class=\"trow_sep\" colspan=\"7\">Normal Threads</td></tr>\n");
        }
        listing_row(page, &mut out, n, row);
    }
    put!(&mut out, "</table>\n");
    foot(page, &mut out);
    out
}

fn listing_row(page: &Page, out: &mut String, n: usize, row: &Row) {
    let (thread, tid) = (row.thread, row.thread.id);
    let sticky = thread.sticky && !row.moved;
    let class = format!("trow{} forumdisplay_{}", n % 2 + 1, if sticky { "sticky" } else { "regular" });
    let folder = match (row.moved, thread.locked) {
        (true, _) => "movefolder",
        (false, true) => "closefolder",
        (false, false) => "folder",
    };
    put!(
        out,
        "<tr class=\"inline_row\">\n\
             <td align=\"center\" class=\"{class}\" width=\"2%\"><span class=\"thread_status {folder}\" \
             title=\"{}\">&nbsp;</span></td>\n\
             <td align=\"center\" class=\"{class}\" width=\"2%\">&nbsp;</td>\n\
             <td class=\"{class}\"><div><span>{}<span class=\" subject_old\" id=\"tid_{}\"><a \
             href=\"showthread.php?tid={tid}\">{}</a></span>",
        if thread.locked { "Closed thread." } else { "No new posts." },
        if row.moved { "Moved: " } else { "" },
        if row.moved { STUB + tid } else { tid },
        escape(&thread.title)
    );
    let pages = (row.replies + 1).div_ceil(page.forum.setup.posts_per_page);
    if pages > 1 && !row.moved {
        put!(out, " <span class=\"smalltext\">(Pages: ");
        for n in 1..=pages.min(4) {
            put!(
                out,
                "<a href=\"showthread.php?tid={tid}{}\">{n}</a> ",
                if n == 1 { String::new() } else { format!("&amp;page={n}") }
            );
        }
        if pages > 4 {
            put!(out, "... <a href=\"showthread.php?tid={tid}&amp;page={pages}\">{pages}</a>");
        }
        put!(out, ")</span>");
    }
    let (first, last) = (page.user(row.first.author), page.user(row.last.author));
    put!(
        out,
        "</span>\n\
             <div><span class=\"author smalltext\">{}, </span><span class=\"thread_start_datetime \
             smalltext\">{}</span></div></div></td>\n",
        user_link(page, first),
        stamp(page, row.first.created)
    );
    if row.moved {
        put!(out, "<td align=\"center\" class=\"{class}\">-</td>\n<td align=\"center\" class=\"{class}\">-</td>\n");
    } else {
        put!(
            out,
            "<td align=\"center\" class=\"{class}\"><a href=\"{}/misc.php?action=whoposted&tid={tid}\" \
                 onclick=\"MyBB.whoPosted({tid}); return false;\">{}</a></td>\n\
                 <td align=\"center\" class=\"{class}\">{}</td>\n",
            page.visit.origin,
            row.replies,
            page.views(thread)
        );
    }
    put!(
        out,
        "<td align=\"center\" class=\"{class}\" id=\"rating_table_{tid}\"></td>\n\
             <td class=\"{class}\" style=\"white-space: nowrap; text-align: right;\"><span class=\"lastpost \
             smalltext\">{}<br />\n\
             <a href=\"showthread.php?tid={tid}&amp;action=lastpost\">Last Post</a>: {}</span></td>\n\
             </tr>\n",
        stamp(page, row.last.created),
        user_link(page, last)
    );
}

/// A page of a thread.
pub fn thread(page: &Page, view: &ThreadView) -> String {
    let tid = view.thread.id;
    let mut out = head(page, &view.thread.title);
    navigation(&mut out, &[view.board], &view.thread.title);
    put!(&mut out, "<div class=\"float_left\">\n");
    pager(&mut out, &format!("showthread.php?tid={tid}"), view.page, view.pages);
    put!(
        &mut out,
        "</div>\n\
             <div class=\"float_right\"><a href=\"newreply.php?tid={tid}\" class=\"button {button}_button\">\
             <span>{}</span></a></div>\n\
             <table border=\"0\" cellspacing=\"0\" cellpadding=\"5\" class=\"tborder tfixed clear\">\n\
             <tr><td class=\"thead\"><div class=\"float_right\"><span class=\"smalltext\"><strong><a \
             href=\"showthread.php?mode=threaded&amp;tid={tid}&amp;pid={first}#pid{first}\">Threaded Mode</a>\
             </strong></span></div><div><strong>{}</strong></div></td></tr>\n\
             <tr><td id=\"posts_container\">\n\
             <div id=\"posts\">\n",
        if view.thread.locked { "Thread Closed" } else { "Post Reply" },
        escape(&view.thread.title),
        button = if view.thread.locked { "closed" } else { "new_reply" },
        first = view.posts.first().map_or(0, |(_, post)| post.id)
    );
    for (place, post) in &view.posts {
        write_post(page, &mut out, view, *place, post);
    }
    put!(
        &mut out,
        "</div>\n\
             </td></tr>\n\
             <tr><td class=\"tfoot\"><div><strong>&laquo; <a \
             href=\"showthread.php?tid={tid}&amp;action=nextoldest\">Next Oldest</a> | <a \
             href=\"showthread.php?tid={tid}&amp;action=nextnewest\">Next Newest</a> &raquo;</strong></div></td>\
             </tr>\n\
             </table>\n\
             <a href=\"printthread.php?tid={tid}\">View a Printable Version</a>\n"
    );
    foot(page, &mut out);
    out
}

fn write_post(page: &Page, out: &mut String, view: &ThreadView, place: usize, post: &Post) {
    let (pid, tid, author) = (post.id, view.thread.id, page.user(post.author));
    put!(
        out,
        "<a name=\"pid{pid}\" id=\"pid{pid}\"></a>\n\
             <div class=\"post \" style=\"\" id=\"post_{pid}\">\n\
             <div class=\"post_author\">\n\
             <div class=\"author_information\"><strong><span class=\"largetext\">{}</span></strong> <br />\n\
             <span class=\"smalltext\">{}<br /></span></div>\n",
        user_link(page, author),
        author.role
    );
    if author.id != 0 {
        put!(
            out,
            "<div class=\"author_statistics\">Posts: {}<br />Threads: 1<br />Joined: Jan 2019</div>\n",
            page.noise(u64::from(author.id)) % 400
        );
    }
    put!(
        out,
        "</div>\n\
             <div class=\"post_content\">\n\
             <div class=\"post_head\">\n\
             <div class=\"float_right\" style=\"vertical-align: top\"><strong><a \
             href=\"showthread.php?tid={tid}&amp;pid={pid}#pid{pid}\" title=\"{}\">#{place}</a></strong></div>\n\
             <span class=\"post_date\">{} <span class=\"post_edit\" id=\"edited_by_{pid}\">",
        escape(&view.thread.title),
        stamp(page, post.created)
    );
    if let Some(edit) = &post.edit {
        put!(
            out,
            "<span class=\"edited_post\">(This post was last modified: {} by {}.",
            stamp(page, edit.at),
            user_link(page, page.user(edit.by))
        );
        if let Some(reason) = &edit.reason {
            put!(out, "\n <em>Edit Reason: {}</em>\n", escape(reason));
        }
        put!(out, ")</span>");
    }
    put!(
        out,
        "</span></span>\n</div>\n<div class=\"post_body scaleimages\" id=\"pid_{pid}\">\n{}\n</div>\n",
        body(page, post)
    );
    if let Some(signature) = author.signature {
        put!(out, "<div class=\"signature scaleimages\">\n{}\n</div>\n", escape(signature));
    }
    put!(
        out,
        "<div class=\"post_meta\" id=\"post_meta_{pid}\"><div class=\"float_right\"></div></div>\n\
             </div>\n\
             <div class=\"post_controls\"><div class=\"postbit_buttons author_buttons float_left\"><a \
             href=\"search.php?action=finduser&amp;uid={}\" title=\"Find all posts by this user\" \
             class=\"postbit_find\"><span>Find</span></a></div></div>\n\
             </div>\n",
        author.id
    );
}

fn body(page: &Page, post: &Post) -> String {
    let mut out = String::new();
    if let Some(quote) = &post.quote {
        write_quote(page, &mut out, quote);
    }
    for (n, block) in post.body.blocks().iter().enumerate() {
        if n > 0 {
            out.push_str("<br />\n<br />\n");
        }
        match block {
            Block::Paragraph(text) => out.push_str(&lines(text, "<br />\n")),
            Block::Code(code) => put!(
                &mut out,
                "<div class=\"codeblock\"><div class=\"title\">Code:</div><div class=\"body\" dir=\"ltr\"><code>{}</code>\
                     </div></div>",
                lines(code, "<br />")
            ),
            Block::Link(url) => {
                put!(&mut out, "<a href=\"{url}\" target=\"_blank\" rel=\"noopener\" class=\"mycode_url\">{url}</a>")
            }
        }
    }
    out
}

fn write_quote(page: &Page, out: &mut String, quote: &Quote) {
    put!(
        out,
        "<blockquote class=\"mycode_quote\"><cite><span> ({})</span>{} Wrote:  <a \
             href=\"{}/showthread.php?pid={p}#pid{p}\" class=\"quick_jump\"></a></cite>",
        full(&page.civil(quote.created)),
        escape(&page.user(quote.author).name),
        page.visit.origin,
        p = quote.post
    );
    if let Some(inner) = &quote.inner {
        write_quote(page, out, inner);
    }
    put!(out, "{}</blockquote><br />\n", escape(&quote.text));
}

/// What stands in place of a page.
pub fn message(page: &Page, message: Message) -> String {
    let mut out = head(page, "Harbour Forum");
    navigation(&mut out, &[], "Harbour Forum");
    let text = match message {
        Message::Missing => "The specified thread does not exist.",
        Message::Login | Message::NoPermission => {
            "You are either not logged in or do not have permission to view this page."
        }
        Message::Maintenance => "The bulletin board is currently closed.",
    };
    put!(
        &mut out,
        "<table border=\"0\" cellspacing=\"0\" cellpadding=\"5\" class=\"tborder\"><tr><td class=\"thead\"><span \
             class=\"smalltext\"><strong>Harbour Forum</strong></span></td></tr>\n\
             <tr><td class=\"trow1\">{text}"
    );
    if message == Message::Login {
        put!(
            &mut out,
            "<form action=\"member.php\" method=\"post\"><input type=\"hidden\" name=\"action\" value=\"do_login\" />\
                 <input type=\"text\" class=\"textbox\" name=\"username\" /><input type=\"password\" class=\"textbox\" \
                 name=\"password\" /></form>"
        );
    }
    put!(&mut out, "</td></tr></table>\n");
    foot(page, &mut out);
    out
}

fn head(page: &Page, title: &str) -> String {
    let (mut out, origin) = (String::with_capacity(20_000), &page.visit.origin);
    put!(
        &mut out,
        "<!DOCTYPE html PUBLIC \"-//W3C//DTD XHTML 1.0 Transitional//EN\" \
             \"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd\">\n\
             <html xml:lang=\"en\" lang=\"en\" xmlns=\"http://www.w3.org/1999/xhtml\">\n\
             <head>\n\
             <title>{}</title>\n\
             <link rel=\"alternate\" type=\"application/rss+xml\" title=\"Latest Threads (RSS 2.0)\" \
             href=\"{origin}/syndication.php\" />\n\
             <meta http-equiv=\"Content-Type\" content=\"text/html; charset=UTF-8\" />\n\
             <script type=\"text/javascript\">var my_post_key = \"{}\";</script>\n\
             </head>\n\
             <body>\n\
             <div id=\"container\">\n\
             <a name=\"top\" id=\"top\"></a>\n\
             <div id=\"header\"><div id=\"logo\"><div class=\"wrapper\"><a href=\"{origin}/index.php\">Harbour \
             Forum</a><ul class=\"menu top_links\"><li><a href=\"{origin}/search.php\" class=\"search\">Search</a>\
             </li></ul></div></div>\n\
             <div id=\"panel\"><div class=\"upper\"><div class=\"wrapper\"><span class=\"welcome\">Hello There, \
             Guest! <a href=\"{origin}/member.php?action=login\" class=\"login\">Login</a></span></div></div></div>\
             </div>\n\
             <div id=\"content\">\n\
             <div class=\"wrapper\">\n",
        escape(title),
        page.token()
    );
    out
}

fn navigation(out: &mut String, boards: &[&Board], active: &str) {
    put!(out, "<div class=\"navigation\">\n<a href=\"index.php\">Harbour Forum</a>");
    for board in boards {
        put!(out, "&rsaquo;\n<a href=\"forumdisplay.php?fid={}\">{}</a>", board.id, escape(&board.name));
    }
    put!(out, "\n<br /><span class=\"active\">{}</span>\n</div>\n<br />\n", escape(active));
}

fn pager(out: &mut String, base: &str, number: usize, pages: usize) {
    if pages < 2 {
        return;
    }
    let link = |n: usize| if n == 1 { base.to_owned() } else { format!("{base}&amp;page={n}") };
    put!(out, "<div class=\"pagination\">\n<span class=\"pages\">Pages ({pages}):</span>\n");
    if number > 1 {
        put!(out, "<a href=\"{}\" class=\"pagination_previous\">&laquo; Previous</a>\n", link(number - 1));
    }
    if number > 3 {
        put!(out, "<a href=\"{}\" class=\"pagination_first\">1</a> ... \n", link(1));
    }
    for n in number.saturating_sub(2).max(1)..=(number + 2).min(pages) {
        if n == number {
            put!(out, " <span class=\"pagination_current\">{n}</span>\n");
        } else {
            put!(out, "<a href=\"{}\" class=\"pagination_page\">{n}</a>\n", link(n));
        }
    }
    if number + 2 < pages {
        put!(out, "... <a href=\"{}\" class=\"pagination_last\">{pages}</a>\n", link(pages));
    }
    if number < pages {
        put!(out, "<a href=\"{}\" class=\"pagination_next\">Next &raquo;</a>\n", link(number + 1));
    }
    put!(out, "</div>\n");
}

fn foot(page: &Page, out: &mut String) {
    put!(
        out,
        "</div>\n\
             </div>\n\
             {}<div id=\"footer\"><div class=\"lower\"><div class=\"wrapper\"><span id=\"current_time\">\
             <strong>Current time:</strong> {}</span>\n\
             <span id=\"copyright\">Powered By <a href=\"https://mybb.com\" target=\"_blank\" \
             rel=\"noopener\">MyBB</a>, &copy; 2002-2026 <a href=\"https://mybb.com\" target=\"_blank\" \
             rel=\"noopener\">MyBB Group</a>.</span></div></div></div>\n\
             </div>\n\
             </body>\n\
             </html>\n",
        page.traps(),
        full(&page.clock())
    );
}

fn user_link(page: &Page, user: &User) -> String {
    match user.id {
        0 => escape(&user.name),
        id => format!(
            "<a href=\"{}/member.php?action=profile&amp;uid={id}\">{}</a>",
            page.visit.origin,
            escape(&user.name)
        ),
    }
}

/// `11-24-2026`: month first.
fn date(c: &Civil) -> String {
    format!("{:02}-{:02}-{:04}", c.month, c.day, c.year)
}

fn time(c: &Civil) -> String {
    format!("{:02}:{:02} {}", c.hour12(), c.minute, c.meridiem())
}

fn full(c: &Civil) -> String {
    format!("{}, {}", date(c), time(c))
}

fn stamp(page: &Page, unix: i64) -> String {
    let c = page.civil(unix);
    match page.ago(unix) {
        Some(Ago::Today { seconds: ago @ 3600.. }) => {
            format!("<span title=\"{}\">{} hour{} ago</span>", full(&c), ago / 3600, if ago < 7200 { "" } else { "s" })
        }
        Some(Ago::Today { seconds: ago @ 60.. }) => {
            format!("<span title=\"{}\">{} minute{} ago</span>", full(&c), ago / 60, if ago < 120 { "" } else { "s" })
        }
        Some(Ago::Today { .. }) => format!("<span title=\"{}\">Less than 1 minute ago</span>", full(&c)),
        Some(Ago::Yesterday) => format!("<span title=\"{}\">Yesterday</span>, {}", date(&c), time(&c)),
        Some(Ago::Days(_)) | None => full(&c),
    }
}
