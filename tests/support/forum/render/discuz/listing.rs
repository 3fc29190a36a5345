//! The index of boards and the listings of threads.

use super::super::html::{escape, put};
use super::super::view::{BoardView, Page, Row, STUB};
use super::{board_link, crumbs, date, foot, head, pager, stamp};

/// The index of boards.
pub fn index(page: &Page) -> String {
    let mut out = head(page, "Forum", None);
    crumbs(&mut out, &[]);
    put!(
        &mut out,
        "<div class=\"fl bm\"><div class=\"bm bmw cl\"><div class=\"bm_h cl\"><h2><a \
             href=\"forum.php?gid=100\">Harbour town</a></h2></div>\n"
    );
    put!(
        &mut out,
        "<div id=\"category_100\" class=\"bm_c\"><table cellspacing=\"0\" cellpadding=\"0\" class=\"fl_tb\">\n"
    );
    for board in page.forum.boards() {
        let rows = page.rows(board);
        let posts: usize = rows.iter().map(|row| row.replies + 1).sum();
        put!(
            &mut out,
            "<tr class=\"fl_row\"><td class=\"fl_icn\"><a href=\"forum.php?mod=forumdisplay&fid={id}\"></a></td>\n\
                 <td><h2><a href=\"forum.php?mod=forumdisplay&fid={id}\">{name}</a></h2>\n\
                 <p class=\"xg2\">{about}</p></td>\n",
            id = board.id,
            name = escape(&board.name),
            about = escape(&board.description)
        );
        put!(
            &mut out,
            "<td class=\"fl_i\"><span class=\"xi2\">{}</span><span class=\"xg1\"> / {posts}</span></td>\n\
                 <td class=\"fl_by\"><div>",
            rows.len()
        );
        match rows.iter().max_by_key(|row| row.last.created) {
            Some(row) => {
                put!(
                    &mut out,
                    "<a href=\"forum.php?mod=redirect&amp;tid={}&amp;goto=lastpost#lastpost\" class=\"xi2\">{}</a> <cite>{} \
                         <a href=\"home.php?mod=space&username={}\">{}</a></cite>",
                    row.thread.id,
                    escape(&row.thread.title),
                    stamp(page, row.last.created),
                    row.last.author,
                    escape(&page.user(row.last.author).name)
                );
            }
            None => put!(&mut out, "Never"),
        }
        put!(&mut out, "</div></td></tr>\n");
    }
    put!(&mut out, "</table></div></div></div>\n");
    foot(page, &mut out);
    out
}

/// A board's listing.
pub fn board(page: &Page, view: &BoardView) -> String {
    let mut out = head(page, &view.board.name, None);
    crumbs(&mut out, &[board_link(view.board)]);
    let base = format!("forum.php?mod=forumdisplay&fid={}", view.board.id);
    put!(
        &mut out,
        "<div class=\"bm bml pbn\"><div class=\"bm_h cl\"><h1 class=\"xs2\"><a href=\"{base}\">{}</a> <span \
             class=\"xs1 xw0 i\">Today: <strong class=\"xi1\">{}</strong><span class=\"pipe\">|</span>Threads: \
             <strong class=\"xi1\">{}</strong></span></h1></div></div>\n",
        escape(&view.board.name),
        page.noise(3) % 9,
        view.total
    );
    put!(&mut out, "<div id=\"pgt\" class=\"bm bw0 pgs cl\"><span id=\"fd_page_top\">");
    pager(&mut out, &base, view.page, view.pages);
    put!(
        &mut out,
        "</span></div>\n\
             <div id=\"threadlist\" class=\"tl bm bmw\"><div class=\"th\"><table cellspacing=\"0\" cellpadding=\"0\">\
             <tr><th colspan=\"2\"><div class=\"tf\"><a href=\"{base}&amp;filter=lastpost&amp;orderby=lastpost\" \
             class=\"xi2\">Latest</a>&nbsp;<a href=\"{base}&amp;filter=heat&amp;orderby=heats\" class=\"xi2\">Hot</a>\
             </div></th><td class=\"by\">Author</td><td class=\"num\">Replies<br/>Views</td><td class=\"by\">Last \
             post</td></tr></table></div>\n"
    );
    put!(
        &mut out,
        "<div class=\"bm_c\"><form method=\"post\" name=\"moderate\" id=\"moderate\" \
             action=\"forum.php?mod=topicadmin&amp;action=moderate&amp;fid={}\"><input type=\"hidden\" \
             name=\"formhash\" value=\"{}\" />\n\
             <table summary=\"forum_{}\" cellspacing=\"0\" cellpadding=\"0\" id=\"threadlisttableid\">\n",
        view.board.id,
        page.token(),
        view.board.id
    );
    let mut separated = false;
    for row in &view.rows {
        if !separated && (!row.thread.sticky || row.moved) {
            separated = true;
            put!(
                &mut out,
                "<tbody id=\"separatorline\"><tr class=\"ts\"><td>&nbsp;</td><th>Forum Thread</th><td>&nbsp;</td>\
                     <td>&nbsp;</td><td>&nbsp;</td></tr></tbody>\n"
            );
        }
        listing_row(page, &mut out, view.page, row);
    }
    put!(&mut out, "</table></form></div></div>\n");
    foot(page, &mut out);
    out
}

fn listing_row(page: &Page, out: &mut String, number: usize, row: &Row) {
    let thread = row.thread;
    let sticky = thread.sticky && !row.moved;
    let link = format!("forum.php?mod=viewthread&amp;tid={}&amp;extra=page%3D{number}", thread.id);
    // A stub has an id of its own; only its link names the thread.
    let id = if row.moved { STUB + thread.id } else { thread.id };
    let state = if thread.locked { "lock" } else { "common" };
    put!(
        out,
        "<tbody id=\"{}thread_{id}\">\n\
             <tr>\n\
             <td class=\"icn\"><a href=\"{link}\" title=\"{}\" target=\"_blank\"><i class=\"{}\"></i></a></td>\n",
        if sticky { "stick" } else { "normal" },
        if thread.locked { "The thread is closed" } else { "Open in a new window" },
        if thread.locked {
            "fico-lock fic6 fc-s"
        } else if sticky {
            "tpin tpin1"
        } else {
            "fico-thread fic6 fc-l"
        }
    );
    put!(
        out,
        "<th class=\"{state}\"><a href=\"javascript:;\" id=\"content_{id}\" class=\"showcontent y\" \
             title=\"More\"></a>\n\
             {}<a href=\"{link}\" onclick=\"atarget(this)\" class=\"s xst\">{}</a>",
        if row.moved { "Move:" } else { "" },
        escape(&thread.title)
    );
    let pages = (row.replies + 1).div_ceil(page.forum.setup.posts_per_page);
    if pages > 1 {
        put!(out, "<span class=\"tps\">&nbsp;...");
        for n in 2..=pages.min(6) {
            put!(out, "<a href=\"{link}&amp;page={n}\">{n}</a>");
        }
        put!(out, "</span>");
    }
    put!(out, "\n</th>\n");
    let (first, last) = (page.user(row.first.author), page.user(row.last.author));
    put!(
        out,
        "<td class=\"by\"><cite><a href=\"home.php?mod=space&amp;uid={}\" c=\"1\">{}</a></cite><em>\
             <span>{}</span></em></td>\n",
        first.id,
        escape(&first.name),
        date(&page.civil(row.first.created))
    );
    let (replies, views) =
        if row.moved { ("-".into(), "-".into()) } else { (row.replies.to_string(), page.views(thread).to_string()) };
    put!(
        out,
        "<td class=\"num\"><a href=\"{link}\" class=\"xi2\">{replies}</a><em>{views}</em></td>\n\
             <td class=\"by\"><cite><a href=\"home.php?mod=space&username={}\" c=\"1\">{}</a></cite><em><a \
             href=\"forum.php?mod=redirect&tid={}&goto=lastpost#lastpost\">{}</a></em></td>\n\
             </tr>\n\
             </tbody>\n",
        last.id,
        escape(&last.name),
        thread.id,
        stamp(page, row.last.created)
    );
}
