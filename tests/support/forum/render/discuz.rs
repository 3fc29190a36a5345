//! Pages in the shape of Discuz! X3.5's desktop template, English pack, date format `j-n-Y h:i A`.

use super::{
    super::{
        calendar::Civil,
        content::Block,
        model::{Board, Deletion, Post},
    },
    html::{escape, lines, put},
    view::{Ago, BoardView, Message, Page, Row, STUB, ThreadView},
};

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

/// What stands in place of a page.
pub fn message(page: &Page, message: Message) -> String {
    let text = match message {
        Message::Missing => "Sorry, the specified thread does not exist or has been deleted or is under review",
        Message::Login => "You have to log in before you can go on",
        Message::NoPermission => "Sorry, you have no permission to view this board",
        Message::Maintenance => "The forum is closed for maintenance, please come back later",
    };
    let mut out = head(page, "Notice", None);
    put!(
        &mut out,
        "<div id=\"ct\" class=\"wp cl w\"><div class=\"nfl\"><div class=\"f_c altw\"><div id=\"messagetext\" \
             class=\"alert_error\">\n\
             <p>{text}</p>\n\
             </div>\n"
    );
    if message == Message::Login {
        put!(
            &mut out,
            "<div id=\"messagelogin\"><form method=\"post\" id=\"loginform\" \
                 action=\"member.php?mod=logging&amp;action=login&amp;loginsubmit=yes\"><input type=\"text\" \
                 name=\"username\" /><input type=\"password\" name=\"password\" /></form></div>\n"
        );
    }
    put!(&mut out, "</div></div></div>\n");
    foot(page, &mut out);
    out
}

fn head(page: &Page, title: &str, canonical: Option<&str>) -> String {
    let mut out = String::with_capacity(20_000);
    let (origin, section) = (&page.visit.origin, if canonical.is_some() { "viewthread" } else { "forumdisplay" });
    put!(
        &mut out,
        "<!DOCTYPE html>\n\
             <html dir=\"ltr\">\n\
             <head>\n\
             <meta charset=\"utf-8\" />\n\
             <title>{} - Harbour Forum - Powered by Discuz!</title>\n",
        escape(title)
    );
    if let Some(canonical) = canonical {
        put!(&mut out, "<link href=\"{origin}/{canonical}\" rel=\"canonical\" />\n");
    }
    put!(
        &mut out,
        "<meta name=\"generator\" content=\"Discuz! X3.5\" />\n\
             <meta name=\"author\" content=\"Discuz! Team and Comsenz UI Team\" />\n\
             <base href=\"{origin}/\" />\n\
             <script type=\"text/javascript\">var STYLEID = '1', formhash = '{}';</script>\n\
             </head>\n\
             <body id=\"nv_forum\" class=\"pg_{section}\">\n\
             <div id=\"append_parent\"></div><div id=\"ajaxwaitid\"></div>\n\
             <div id=\"hd\"><div class=\"wp\"><div class=\"hdc cl\"><h2><a href=\"./\" title=\"Harbour \
             Forum\">Harbour Forum</a></h2><form method=\"post\" id=\"lsform\" \
             action=\"member.php?mod=logging&amp;action=login\"><input type=\"text\" name=\"username\" \
             id=\"ls_username\" /></form></div></div></div>\n\
             <div id=\"wp\" class=\"wp\">\n",
        page.token()
    );
    out
}

fn crumbs(out: &mut String, links: &[(String, String)]) {
    put!(
        out,
        "<div id=\"pt\" class=\"bm cl\"><div class=\"z\"><a href=\"./\" class=\"nvhm\" title=\"Website\">Harbour \
             Forum</a><em>&raquo;</em><a href=\"forum.php\">Forum</a>"
    );
    for (href, name) in links {
        put!(out, " <em>&rsaquo;</em> <a href=\"{href}\">{name}</a>");
    }
    put!(out, "</div></div>\n");
}

fn board_link(board: &Board) -> (String, String) {
    (format!("forum.php?mod=forumdisplay&amp;fid={}&amp;page=1", board.id), escape(&board.name))
}

fn pager(out: &mut String, base: &str, number: usize, pages: usize) {
    if pages < 2 {
        return;
    }
    put!(out, "<div class=\"pg\">");
    if number > 1 {
        put!(out, "<a href=\"{base}&amp;page={}\" class=\"prev\">&nbsp;&nbsp;</a>", number - 1);
    }
    for n in 1..=pages {
        if n == number {
            put!(out, "<strong>{n}</strong>");
        } else if n.abs_diff(number) < 5 {
            put!(out, "<a href=\"{base}&amp;page={n}\">{n}</a>");
        } else if n == 1 || n == pages {
            put!(
                out,
                "<a href=\"{base}&amp;page={n}\" class=\"{}\">{}</a>",
                if n == 1 { "first" } else { "last" },
                if n == 1 { "1 ...".into() } else { format!("... {n}") }
            );
        }
    }
    put!(
        out,
        "<label><input type=\"text\" name=\"custompage\" class=\"px\" size=\"2\" value=\"{number}\" /><span \
             title=\"Total {pages} Pages\"> / {pages} Pages</span></label>"
    );
    if number < pages {
        put!(out, "<a href=\"{base}&amp;page={}\" class=\"nxt\">Next</a>", number + 1);
    }
    put!(out, "</div>");
}

fn foot(page: &Page, out: &mut String) {
    put!(
        out,
        "</div>\n\
             {}<div id=\"ft\" class=\"wp cl\"><div id=\"flk\" class=\"y\"><p><a href=\"archiver/\">Archive</a></p><p \
             class=\"xs0\">{} GMT+8<span id=\"debuginfo\">, Processed in 0.{:06} sec.</span></p></div>\n\
             <div id=\"frt\"><p>Powered by <strong><a href=\"https://www.discuz.vip/\" target=\"_blank\">Discuz!</a>\
             </strong> <em>X3.5</em></p></div></div>\n\
             </body>\n\
             </html>\n",
        page.traps(),
        minute(&page.clock()),
        page.noise(5) % 100_000
    );
}

fn date(c: &Civil) -> String {
    format!("{}-{}-{}", c.day, c.month, c.year)
}

/// `7-11-2024 02:20 PM`.
fn minute(c: &Civil) -> String {
    format!("{} {:02}:{:02} {}", date(c), c.hour12(), c.minute, c.meridiem())
}

/// A date in a listing: the fuller form in `title` where it is relative.
fn stamp(page: &Page, unix: i64) -> String {
    let c = page.civil(unix);
    match relative(page, unix) {
        Some(words) => format!("<span title=\"{}\">{words}</span>", minute(&c)),
        None => minute(&c),
    }
}

/// A date at the head of a post, with seconds on a 24-hour clock.
fn header_stamp(page: &Page, unix: i64) -> String {
    let c = page.civil(unix);
    let full = format!("{} {:02}:{:02}:{:02}", date(&c), c.hour, c.minute, c.second);
    match relative(page, unix) {
        Some(words) => format!("<span title=\"{full}\">{words}</span>"),
        None => full,
    }
}

fn relative(page: &Page, unix: i64) -> Option<String> {
    let c = page.civil(unix);
    let time = format!("{:02}:{:02}&nbsp;{}", c.hour12(), c.minute, c.meridiem());
    Some(match page.ago(unix)? {
        Ago::Today { seconds: 3600.. } => format!("{}&nbsp;hour(s) ago", (page.forum.now - unix) / 3600),
        Ago::Today { seconds: 1800.. } => "Half hour(s) ago".into(),
        Ago::Today { seconds: 60.. } => format!("{}&nbsp;min. ago", (page.forum.now - unix) / 60),
        Ago::Today { .. } => "Just now".into(),
        Ago::Yesterday => format!("Yesterday&nbsp;{time}"),
        Ago::Days(2) => format!("The day before yesterday&nbsp;{time}"),
        Ago::Days(days) => format!("{days}&nbsp;day(s) ago"),
    })
}
