//! A page of a thread.

use super::super::super::{
    content::Block,
    model::{Deletion, Post},
};
use super::super::html::{escape, lines, put};
use super::super::view::{Page, ThreadView};
use super::{board_link, crumbs, foot, head, header_stamp, minute, pager};

/// A page of a thread.
pub fn thread(page: &Page, view: &ThreadView) -> String {
    let base = format!("forum.php?mod=viewthread&tid={}", view.thread.id);
    let mut out = head(page, &view.thread.title, Some(&base));
    crumbs(
        &mut out,
        &[
            board_link(view.board),
            (format!("forum.php?mod=viewthread&amp;tid={}", view.thread.id), escape(&view.thread.title)),
        ],
    );
    put!(&mut out, "<div id=\"ct\" class=\"wp cl\">\n<div id=\"pgt\" class=\"pgs mbm cl\"><div class=\"pgt\">");
    pager(&mut out, &format!("{base}&amp;extra=page%3D1"), view.page, view.pages);
    put!(
        &mut out,
        "</div><span class=\"y pgb\"><a href=\"forum.php?mod=forumdisplay&amp;fid={}&amp;page=1\">Return to \
             list</a></span><a id=\"post_reply\" href=\"javascript:;\" title=\"Reply\" class=\"pgsbtn\">Reply</a>\
             </div>\n",
        view.board.id
    );
    put!(
        &mut out,
        "<div id=\"postlist\" class=\"pl bm\">\n\
             <table cellspacing=\"0\" cellpadding=\"0\"><tr><td class=\"pls ptn pbn\"><div class=\"hm ptn\"><span \
             class=\"xg1\">Views:</span> <span class=\"xi1\">{}</span><span class=\"pipe\">|</span><span \
             class=\"xg1\">Replies:</span> <span class=\"xi1\">{}</span></div></td>\n\
             <td class=\"plc ptm pbn vwthd\"><div class=\"y\"><a \
             href=\"forum.php?mod=viewthread&amp;action=printable&amp;tid={tid}\" title=\"Print\" target=\"_blank\">\
             </a><a href=\"forum.php?mod=redirect&amp;goto=nextoldset&amp;tid={tid}\" title=\"Prev. thread\"></a>\
             </div>\n\
             <h1 class=\"ts\"><span id=\"thread_subject\">{}</span></h1>",
        page.views(view.thread),
        view.total - 1,
        escape(&view.thread.title),
        tid = view.thread.id
    );
    if view.thread.locked {
        put!(&mut out, " <span class=\"xg1\">&nbsp;[Closed]</span>");
    }
    put!(&mut out, "</td></tr></table>\n");
    for (place, post) in &view.posts {
        write_post(page, &mut out, view, *place, post);
    }
    put!(
        &mut out,
        "<div id=\"postlistreply\" class=\"pl\"><div id=\"post_new\" class=\"viewthread_table\" style=\"display: \
             none\"></div></div>\n\
             </div>\n"
    );
    put!(
        &mut out,
        "<form method=\"post\" autocomplete=\"off\" id=\"fastpostform\" \
             action=\"forum.php?mod=post&amp;action=reply&amp;fid={}&amp;tid={}\"><input type=\"hidden\" \
             name=\"formhash\" value=\"{}\" /></form></div>\n",
        view.board.id,
        view.thread.id,
        page.token()
    );
    foot(page, &mut out);
    out
}

fn write_post(page: &Page, out: &mut String, view: &ThreadView, place: usize, post: &Post) {
    let (pid, tid, author) = (post.id, view.thread.id, page.user(post.author));
    let name = escape(&author.name);
    put!(
        out,
        "<div id=\"post_{pid}\" ><table id=\"pid{pid}\" class=\"plhin\" summary=\"pid{pid}\" cellspacing=\"0\" \
             cellpadding=\"0\">\n\
             <tr>\n\
             <td class=\"pls\" rowspan=\"2\">\n\
             <div id=\"favatar{pid}\" class=\"pls cl favatar\">\n\
             <div class=\"pi\"><div class=\"authi\"><a href=\"home.php?mod=space&amp;uid={uid}\" target=\"_blank\" \
             class=\"xw1\">{name}</a></div></div>\n",
        uid = author.id
    );
    put!(
        out,
        "<div class=\"p_pop blk bui\" id=\"userinfo{pid}\" style=\"display: none; margin-top: -11px;\"><div \
             class=\"i y\"><div><strong><a href=\"home.php?mod=space&amp;uid={uid}\" target=\"_blank\" \
             class=\"xi2\">{name}</a></strong> <em>{}</em></div></div></div>\n\
             <p><em><a href=\"home.php?mod=spacecp&amp;ac=usergroup&amp;gid=11\" target=\"_blank\">{}</a></em></p>\n\
             </div>\n\
             </td>\n",
        if page.noise(u64::from(author.id)).is_multiple_of(2) { "Offline" } else { "Online" },
        author.role,
        uid = author.id
    );
    put!(
        out,
        "<td class=\"plc\">\n\
             <div class=\"pi\">\n\
             <strong><a href=\"forum.php?mod=redirect&goto=findpost&ptid={tid}&pid={pid}\" id=\"postnum{pid}\">\
             <em>{place}</em><sup>#</sup></a></strong>\n\
             <div class=\"pti\"><div class=\"pdbt\"></div><div class=\"authi\"><em id=\"authorposton{pid}\">Post \
             time: {}</em>\n\
             <span class=\"pipe\">|</span><a \
             href=\"forum.php?mod=viewthread&amp;tid={tid}&amp;page={}&amp;authorid={}\" rel=\"nofollow\">Show the \
             author posts only</a></div></div>\n\
             </div>\n\
             <div class=\"pct\"><div class=\"pcb\">\n",
        header_stamp(page, post.created),
        view.page,
        author.id
    );
    if post.deleted == Some(Deletion::LeavesMarker) {
        put!(out, "<div class=\"locked\">Note: <em>The author has been banned or deleted.</em></div>\n");
    } else {
        put!(
            out,
            "<div class=\"t_fsz\"><table cellspacing=\"0\" cellpadding=\"0\"><tr><td class=\"t_f\" \
                 id=\"postmessage_{pid}\">\n\
                 {}</td></tr></table>\n\
                 </div>\n\
                 <div id=\"comment_{pid}\" class=\"cm\">\n\
                 </div>\n",
            body(page, view, post)
        );
    }
    put!(out, "</div></div>\n</td></tr>\n<tr><td class=\"plc plm\">\n");
    if let Some(signature) = author.signature {
        put!(out, "<div class=\"sign\" style=\"max-height:100px;\">{}</div>\n", escape(signature));
    }
    put!(
        out,
        "</td></tr>\n\
             <tr id=\"_postposition{pid}\"></tr>\n\
             <tr><td class=\"pls\"></td><td class=\"plc\" style=\"overflow:visible;\"><div class=\"po hin\"><div \
             class=\"pob cl\"><em><a class=\"fastre\" \
             href=\"forum.php?mod=post&amp;action=reply&amp;fid={fid}&amp;tid={tid}&amp;repquote={pid}\">Reply</a>\
             </em></div></div></td></tr>\n\
             <tr class=\"ad\"><td class=\"pls\"></td><td class=\"plc\"></td></tr>\n\
             </table>\n\
             </div>\n",
        fid = view.board.id
    );
}

fn body(page: &Page, view: &ThreadView, post: &Post) -> String {
    let mut out = String::new();
    if let Some(edit) = &post.edit {
        put!(
            &mut out,
            "<i class=\"pstatus\"> Edited by {} at {} </i><br />\n<br />\n",
            escape(&page.user(edit.by).name),
            minute(&page.civil(edit.at))
        );
    }
    if let Some(quote) = &post.quote {
        put!(
            &mut out,
            "<div class=\"quote\"><blockquote><font size=\"2\"><a \
                 href=\"forum.php?mod=redirect&amp;goto=findpost&amp;pid={}&amp;ptid={}\" target=\"_blank\"><font \
                 color=\"#999999\">{} replied at {}</font></a></font><br />\n\
                 {}</blockquote></div><br />\n",
            quote.post,
            view.thread.id,
            escape(&page.user(quote.author).name),
            minute(&page.civil(quote.created)),
            escape(&quote.text)
        );
    }
    let jam = |place: u64| {
        if !view.board.jammer || page.visit.nonce == 0 {
            return String::new();
        }
        let text = page.jammer(u64::from(post.id) * 100 + place);
        if page.noise(place).is_multiple_of(2) {
            format!("<font class=\"jammer\">{text}</font>")
        } else {
            format!("<span style=\"display:none\">{text}</span>")
        }
    };
    let mut place = 0;
    let mut broken = |out: &mut String| {
        place += 1;
        put!(out, "{}<br />\n", jam(place));
    };
    let blocks = post.body.blocks();
    for (n, block) in blocks.iter().enumerate() {
        if n > 0 {
            broken(&mut out);
            broken(&mut out);
        }
        match block {
            Block::Paragraph(lines) => {
                for (n, line) in lines.iter().enumerate() {
                    if n > 0 {
                        broken(&mut out);
                    }
                    out.push_str(&escape(line));
                }
            }
            Block::Code(code) => {
                put!(
                    &mut out,
                    "<div class=\"blockcode\"><div id=\"code_{}\"><ol><li>{}</ol></div><em \
                         onclick=\"copycode($('code'));\">Copy the Code</em></div>",
                    page.token(),
                    lines(code, "<br />\n<li>")
                );
            }
            Block::Link(url) => put!(&mut out, "<a href=\"{url}\" target=\"_blank\">{url}</a>"),
        }
    }
    out
}
