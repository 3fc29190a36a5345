//! The index of boards and the listings of threads.

use super::super::super::model::Post;
use super::super::html::{escape, put};
use super::super::view::{BoardView, Page, Row};
use super::{crumbs, foot, head, pager, sid, time, user_link};

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
