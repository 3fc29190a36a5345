//! The index of boards and the listings of threads.

use super::super::super::model::Post;
use super::super::html::{escape, put};
use super::super::view::{BoardView, Page, Row, STUB};
use super::{foot, head, navigation, pager, stamp, user_link};

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
