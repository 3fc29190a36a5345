//! The index of boards and the listings of threads.

use super::super::html::{escape, put};
use super::super::view::{BoardView, Page, Row, STUB};
use super::{foot, head, link, navigation, pager, stamp, user_link};

/// The index of boards.
pub fn index(page: &Page) -> String {
    let mut out = head(page, "Harbour Forum - Index", Some("index.php"));
    put!(
        &mut out,
        "<div id=\"boardindex_table\" class=\"boardindex_table\">\n\
             <div class=\"main_container\">\n\
             <div class=\"cat_bar \" id=\"category_1\"><h3 class=\"catbg\"><a id=\"c1\"></a>Harbour town</h3></div>\n\
             <div id=\"category_1_boards\" >\n"
    );
    for board in page.forum.boards() {
        let rows = page.rows(board);
        let posts: usize = rows.iter().map(|row| row.replies + 1).sum();
        let at = link(page, &format!("board={}.0", board.id));
        put!(
            &mut out,
            "<div id=\"board_{id}\" class=\"up_contain \">\n\
                 <div class=\"board_icon\"><a href=\"{at}\" class=\"board_on\" title=\"New Posts\"></a></div>\n\
                 <div class=\"info\"><a class=\"subject mobile_subject\" href=\"{at}\" id=\"b{id}\">\n\
                 {}\n\
                 </a>\n\
                 <div class=\"board_description\">{}</div></div>\n\
                 <div class=\"board_stats\"><p>Posts: {posts}<br>Topics: {}</p></div>\n\
                 <div class=\"lastpost\">",
            escape(&board.name),
            escape(&board.description),
            rows.len(),
            id = board.id
        );
        if let Some(row) = rows.iter().max_by_key(|row| row.last.created) {
            put!(
                &mut out,
                "<p><strong>Last post: </strong>{} <span class=\"postby\"><a href=\"{}#new\" title=\"Re: {title}\">Re: \
                     {title}</a> by {}</span></p>",
                stamp(page, row.last.created),
                link(page, &format!("topic={}.msg{}", row.thread.id, row.last.id)),
                user_link(page, page.user(row.last.author)),
                title = escape(&row.thread.title)
            );
        }
        put!(&mut out, "</div>\n</div>\n");
    }
    put!(&mut out, "</div>\n</div>\n</div>\n");
    foot(page, &mut out);
    out
}

/// A board's listing.
pub fn board(page: &Page, view: &BoardView) -> String {
    let (id, size) = (view.board.id, page.forum.setup.threads_per_page);
    let canonical = format!("index.php?board={id}.{}", (view.page - 1) * size);
    let mut out = head(page, &view.board.name, Some(&canonical));
    navigation(page, &mut out, &[view.board], None);
    put!(
        &mut out,
        "<div id=\"main_content_section\"><div id=\"display_head\" class=\"information\"><h2 \
             class=\"display_title\">{}</h2><p>{}</p></div>\n",
        escape(&view.board.name),
        escape(&view.board.description)
    );
    pager(page, &mut out, &format!("board={id}"), (view.page, view.pages), size);
    put!(
        &mut out,
        "<div id=\"messageindex\">\n\
             <div class=\"title_bar\" id=\"topic_header\"><div class=\"board_icon\"></div><div class=\"info\"><a \
             href=\"{}\">Subject</a> / <a href=\"{}\">Started by</a></div><div class=\"lastpost\"><a \
             href=\"{}\">Last post</a></div></div>\n\
             <div id=\"topic_container\">\n",
        link(page, &format!("board={id}.0;sort=subject")),
        link(page, &format!("board={id}.0;sort=starter")),
        link(page, &format!("board={id}.0;sort=last_post"))
    );
    for row in &view.rows {
        listing_row(page, &mut out, row);
    }
    put!(&mut out, "</div>\n</div>\n");
    pager(page, &mut out, &format!("board={id}"), (view.page, view.pages), size);
    put!(&mut out, "</div>\n");
    foot(page, &mut out);
    out
}

fn listing_row(page: &Page, out: &mut String, row: &Row) {
    let thread = row.thread;
    let sticky = thread.sticky && !row.moved;
    // A moved topic leaves a topic of its own behind: locked, with a number above all others, that leads on.
    let id = if row.moved { STUB + thread.id } else { thread.id };
    let locked = thread.locked || row.moved;
    let title = if row.moved { format!("MOVED: {}", escape(&thread.title)) } else { escape(&thread.title) };
    put!(
        out,
        "<div class=\"windowbg{}{}\">\n\
             <div class=\"board_icon\"><img src=\"{}/Themes/default/images/post/{}.png\" alt=\"\"></div>\n\
             <div class=\"info info_block\"><div ><div class=\"icons floatright\">",
        if sticky { " sticky" } else { "" },
        if locked { " locked" } else { "" },
        page.visit.origin,
        if row.moved { "moved" } else { "xx" }
    );
    for (is, icon) in [(locked, "lock"), (sticky, "sticky"), (row.moved, "move")] {
        if is {
            put!(out, "<span class=\"main_icons {icon}\"></span>\n");
        }
    }
    put!(
        out,
        "</div>\n\
             <div class=\"message_index_title\"><span class=\"preview{}\" title=\"\"><span id=\"msg_{}\"><a \
             href=\"{}\">{title}</a></span></span></div>\n\
             <p class=\"floatleft\">Started by {}</p>\n",
        if sticky { " bold_text" } else { "" },
        row.first.id,
        link(page, &format!("topic={id}.0")),
        user_link(page, page.user(row.first.author))
    );
    let (size, pages) = (page.forum.setup.posts_per_page, (row.replies + 1).div_ceil(page.forum.setup.posts_per_page));
    if pages > 1 && !row.moved {
        put!(out, "<span id=\"pages{}\" class=\"topic_pages\">", row.first.id);
        for n in 0..pages.min(5) {
            put!(
                out,
                "<a class=\"nav_page\" href=\"{}\">{}</a> ",
                link(page, &format!("topic={}.{}", thread.id, n * size)),
                n + 1
            );
        }
        put!(out, "</span>\n");
    }
    let (replies, views) = if row.moved { (0, 1) } else { (row.replies, page.views(thread)) };
    put!(
        out,
        "</div></div>\n\
             <div class=\"board_stats centertext\"><p>Replies: {replies}<br>Views: {views}</p></div>\n\
             <div class=\"lastpost\"><p><a href=\"{}#msg{}\">{}</a><br>by {}</p></div>\n\
             </div>\n",
        link(page, &format!("topic={id}.0")),
        row.last.id,
        stamp(page, row.last.created),
        user_link(page, page.user(row.last.author))
    );
}
