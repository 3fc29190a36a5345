//! A page of a thread.

use super::super::super::{
    content::Block,
    model::{Post, Quote},
};
use super::super::html::{escape, lines, put};
use super::super::view::{Page, ThreadView};
use super::{crumbs, foot, head, pager, parity, stamp, user_link};

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
