//! A page of a thread.

use super::super::super::{
    content::Block,
    model::{Deletion, Post, Quote},
};
use super::super::html::{escape, lines, put};
use super::super::view::{Page, ThreadView};
use super::{crumbs, foot, head, pager, sid, time, user_link, words};

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
