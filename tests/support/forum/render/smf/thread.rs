//! A page of a thread.

use super::super::super::{
    content::Block,
    model::{Post, Quote},
};
use super::super::html::{escape, lines, put};
use super::super::view::{Page, ThreadView};
use super::{foot, full, head, link, navigation, pager, stamp, user_link};

/// A page of a thread.
pub fn thread(page: &Page, view: &ThreadView) -> String {
    let (tid, size) = (view.thread.id, page.forum.setup.posts_per_page);
    let canonical = format!("index.php?topic={tid}.{}", (view.page - 1) * size);
    let mut out = head(page, &view.thread.title, Some(&canonical));
    navigation(page, &mut out, &[view.board], Some(&view.thread.title));
    put!(
        &mut out,
        "<div id=\"main_content_section\">\n\
             <div id=\"display_head\" class=\"information\">\n\
             <h2 class=\"display_title\"><span id=\"top_subject\">{}</span>{}{}</h2>\n",
        escape(&view.thread.title),
        if view.thread.locked { " <span class=\"main_icons lock\"></span>" } else { "" },
        if view.thread.sticky { " <span class=\"main_icons sticky\"></span>" } else { "" }
    );
    if let Some(first) = page.forum.shown(view.thread).next() {
        put!(&mut out, "<p>Started by {}, {}</p>\n", escape(&page.user(first.author).name), stamp(page, first.created));
    }
    put!(
        &mut out,
        "<span class=\"nextlinks floatright\"><a href=\"{}#new\">Previous topic</a></span></div>\n\
             <div class=\"buttonlist floatright\"><a class=\"button button_strip_print\" href=\"{}\" \
             rel=\"nofollow\">Print</a></div>\n",
        link(page, &format!("topic={tid}.0;prev_next=prev")),
        link(page, &format!("action=printpage;topic={tid}.0"))
    );
    pager(page, &mut out, &format!("topic={tid}"), (view.page, view.pages), size);
    put!(
        &mut out,
        "<div id=\"forumposts\">\n\
             <form action=\"{}\" method=\"post\" accept-charset=\"UTF-8\" name=\"quickModForm\" \
             id=\"quickModForm\">\n",
        link(page, &format!("action=quickmod2;topic={tid}.0"))
    );
    for (place, post) in &view.posts {
        write_post(page, &mut out, view, *place, post);
    }
    put!(&mut out, "</form>\n</div>\n");
    pager(page, &mut out, &format!("topic={tid}"), (view.page, view.pages), size);
    put!(&mut out, "</div>\n");
    foot(page, &mut out);
    out
}

fn write_post(page: &Page, out: &mut String, view: &ThreadView, place: usize, post: &Post) {
    let (id, author) = (post.id, page.user(post.author));
    let subject = if place == 1 { escape(&view.thread.title) } else { format!("Re: {}", escape(&view.thread.title)) };
    let permalink = link(page, &format!("msg={id}"));
    put!(
        out,
        "<div class=\"windowbg\" id=\"msg{id}\">\n\
             <div class=\"post_wrapper\">\n\
             <div class=\"poster\">\n\
             <h4>\n\
             {}\n\
             </h4>\n\
             <ul class=\"user_info\">\n",
        user_link(page, author)
    );
    if author.id == 0 {
        put!(out, "<li class=\"postgroup\">Guest</li>\n");
    } else {
        put!(
            out,
            "{}<li class=\"postgroup\">Newbie</li>\n<li class=\"postcount\">Posts: {}</li>\n",
            if author.role == "Newbie" {
                String::new()
            } else {
                format!("<li class=\"membergroup\">{}</li>\n", author.role)
            },
            page.noise(u64::from(author.id)) % 400
        );
    }
    put!(
        out,
        "<li class=\"poster_ip\">Logged</li>\n\
             </ul>\n\
             </div>\n\
             <div class=\"postarea\">\n\
             <div class=\"keyinfo\">\n\
             <div id=\"subject_{id}\" class=\"subject_title subject_hidden\"><a href=\"{permalink}\" \
             rel=\"nofollow\">{subject}</a></div>\n"
    );
    if place > 1 {
        put!(out, "<span class=\"page_number floatright\">#{}</span>\n", place - 1);
    }
    put!(
        out,
        "<div class=\"postinfo\">\n\
             <a href=\"{permalink}\" rel=\"nofollow\" title=\"{subject}\" class=\"smalltext\">{}</a>\n\
             <span class=\"spacer\"></span>\n\
             <span class=\"smalltext modified floatright{}\" id=\"modified_{id}\">",
        stamp(page, post.created),
        if post.edit.is_some() { " mvisible" } else { "" }
    );
    if let Some(edit) = &post.edit {
        put!(
            out,
            "<span class=\"lastedit\">Last Edit</span>: {} by {}",
            stamp(page, edit.at),
            escape(&page.user(edit.by).name)
        );
        if let Some(reason) = &edit.reason {
            put!(out, "&nbsp;<span id=\"reason\" class=\"lastedit\">Reason</span>: {}", escape(reason));
        }
    }
    put!(
        out,
        "\n\
             </span>\n\
             </div>\n\
             <div id=\"msg_{id}_quick_mod\"></div>\n\
             </div>\n\
             <div class=\"post\">\n\
             <div class=\"inner\" data-msgid=\"{id}\" id=\"msg_{id}\">\n\
             {}\n\
             </div>\n\
             </div>\n\
             <div class=\"under_message\"></div>\n\
             </div>\n\
             <div class=\"moderatorbar\">\n",
        body(page, post)
    );
    if let Some(signature) = author.signature {
        put!(out, "<div class=\"signature\" id=\"msg_{id}_signature\">{}</div>\n", escape(signature));
    }
    put!(out, "</div>\n</div>\n</div>\n<hr class=\"post_separator\">\n");
}

fn body(page: &Page, post: &Post) -> String {
    let mut out = String::new();
    if let Some(quote) = &post.quote {
        write_quote(page, &mut out, quote, false);
    }
    for (n, block) in post.body.blocks().iter().enumerate() {
        if n > 0 {
            out.push_str("<br><br>");
        }
        match block {
            Block::Paragraph(text) => out.push_str(&lines(text, "<br>")),
            Block::Code(code) => put!(
                &mut out,
                "<div class=\"codeheader\"><span class=\"code floatleft\">Code</span> <a class=\"codeoperation \
                     smf_select_text\">Select</a> <a class=\"codeoperation smf_expand_code hidden\" \
                     data-shrink-txt=\"Shrink\" data-expand-txt=\"Expand\">Expand</a></div><code class=\"bbc_code\">{}</code>",
                lines(code, "<br>")
            ),
            Block::Link(url) => {
                put!(&mut out, "<a href=\"{url}\" class=\"bbc_link\" target=\"_blank\" rel=\"noopener\">{url}</a>")
            }
        }
    }
    out
}

fn write_quote(page: &Page, out: &mut String, quote: &Quote, inner: bool) {
    put!(
        out,
        "<blockquote class=\"bbc_{}_quote\"><cite><a href=\"{}\">Quote from: {} on {}</a></cite>",
        if inner { "alternate" } else { "standard" },
        link(page, &format!("msg={}", quote.post)),
        escape(&page.user(quote.author).name),
        full(&page.civil(quote.created))
    );
    if let Some(nested) = &quote.inner {
        write_quote(page, out, nested, !inner);
    }
    put!(out, "{}</blockquote>", escape(&quote.text));
}
