//! A page of a thread.

use super::super::super::{
    content::Block,
    model::{Post, Quote},
};
use super::super::html::{escape, lines, put};
use super::super::view::{Page, ThreadView};
use super::{foot, full, head, navigation, pager, stamp, user_link};

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
