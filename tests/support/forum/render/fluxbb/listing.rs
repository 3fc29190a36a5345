//! The index of boards and the listings of threads.

use super::super::super::model::Post;
use super::super::html::{escape, put};
use super::super::view::{BoardView, Page, Row};
use super::{crumbs, foot, head, pager, parity, stamp};

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
