//! Pages in the shape of SMF 2.1's default theme.

use super::{
    super::{
        calendar::Civil,
        content::Block,
        model::{Board, Post, Quote, User},
    },
    html::{escape, lines, put},
    view::{Ago, BoardView, Message, Page, Row, STUB, ThreadView},
};

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
        let link = link(page, &format!("board={}.0", board.id));
        put!(
            &mut out,
            "<div id=\"board_{id}\" class=\"up_contain \">\n\
                 <div class=\"board_icon\"><a href=\"{link}\" class=\"board_on\" title=\"New Posts\"></a></div>\n\
                 <div class=\"info\"><a class=\"subject mobile_subject\" href=\"{link}\" id=\"b{id}\">\n\
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
                self::link(page, &format!("topic={}.msg{}", row.thread.id, row.last.id)),
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

/// What stands in place of a page.
pub fn message(page: &Page, message: Message) -> String {
    let mut out = head(page, "An Error Has Occurred!", None);
    let text = match message {
        Message::Missing => "The topic or board you are looking for appears to be either missing or off limits to you.",
        Message::NoPermission => "You are not allowed to access this section",
        Message::Maintenance => "Sorry, the forum is in maintenance mode.",
        Message::Login => "Only registered members are allowed to access this section.",
    };
    if message == Message::Login {
        put!(
            &mut out,
            "<div class=\"login\"><div class=\"cat_bar\"><h3 class=\"catbg\">Warning!</h3></div><p \
                 class=\"information centertext\">{text}</p><form action=\"{}\" method=\"post\" name=\"frmLogin\" \
                 id=\"frmLogin\"><input type=\"text\" id=\"loginuser\" name=\"user\"><input type=\"password\" \
                 id=\"loginpass\" name=\"passwrd\"></form></div>\n",
            link(page, "action=login2")
        );
    } else {
        put!(
            &mut out,
            "<div id=\"fatal_error\"><div class=\"cat_bar\"><h3 class=\"catbg\">An Error Has Occurred!</h3></div>\
                 <div class=\"windowbg\"><div class=\"padding\">{text}</div></div></div>\n"
        );
    }
    foot(page, &mut out);
    out
}

fn head(page: &Page, title: &str, canonical: Option<&str>) -> String {
    let mut out = String::with_capacity(20_000);
    put!(
        &mut out,
        "<!DOCTYPE html>\n\
             <html lang=\"en-US\">\n\
             <head>\n\
             <meta charset=\"UTF-8\">\n\
             <title>{title}</title>\n\
             <meta property=\"og:site_name\" content=\"Harbour Forum\">\n\
             <meta property=\"og:title\" content=\"{title}\">\n",
        title = escape(title)
    );
    if let Some(canonical) = canonical {
        put!(&mut out, "<link rel=\"canonical\" href=\"{}/{canonical}\">\n", page.visit.origin);
    }
    put!(
        &mut out,
        "<link rel=\"help\" href=\"{}\">\n\
             <link rel=\"contents\" href=\"{}\">\n\
             <script>var smf_session_id = \"{}\";</script>\n\
             </head>\n\
             <body id=\"chrome\">\n\
             <div id=\"footerfix\">\n\
             <div id=\"top_section\"><div class=\"inner_wrap\"><ul class=\"floatleft\"><li class=\"button_login\"><a \
             href=\"{}\">Log in</a></li></ul><time class=\"floatright\">{}</time></div></div>\n\
             <div id=\"header\"><h1 class=\"forumtitle\"><a id=\"top\" href=\"{}\">Harbour Forum</a></h1></div>\n\
             <div id=\"wrapper\"><div id=\"upper_section\"></div>\n\
             <div id=\"content_section\"><div id=\"main_section\">\n",
        link(page, "action=help"),
        link(page, ""),
        page.token(),
        link(page, "action=login"),
        full(&page.clock()),
        link(page, "")
    );
    out
}

fn navigation(page: &Page, out: &mut String, boards: &[&Board], thread: Option<&str>) {
    put!(
        out,
        "<div class=\"navigate_section\"><ul><li><a href=\"{}\"><span>Harbour Forum</span></a></li>",
        link(page, "")
    );
    for board in boards {
        put!(
            out,
            "<li><span class=\"dividers\"> &#9658; </span><a href=\"{}\"><span>{}</span></a></li>",
            link(page, &format!("board={}.0", board.id)),
            escape(&board.name)
        );
    }
    if let Some(title) = thread {
        put!(out, "<li class=\"last\"><span class=\"dividers\"> &#9658; </span><span>{}</span></li>", escape(title));
    }
    put!(out, "</ul></div>\n");
}

/// The pager; the middle of a long one is written by a script.
fn pager(page: &Page, out: &mut String, of: &str, (number, pages): (usize, usize), size: usize) {
    let href = |n: usize| link(page, &format!("{of}.{}", (n - 1) * size));
    put!(
        out,
        "<div class=\"pagesection\"><div class=\"pagelinks floatleft\"><a href=\"#bot\" class=\"button\">Go \
             Down</a> <span class=\"pages\">Pages</span>"
    );
    if number > 1 {
        put!(
            out,
            "<a class=\"nav_page\" href=\"{}\"><span class=\"main_icons previous_page\"></span></a> ",
            href(number - 1)
        );
    }
    let near = |n: usize| n == 1 || n == pages || n.abs_diff(number) < 3;
    let mut hidden = None;
    for n in 1..=pages {
        if n == number {
            put!(out, "<span class=\"current_page\">{n}</span> ");
        } else if near(n) {
            put!(out, "<a class=\"nav_page\" href=\"{}\">{n}</a> ", href(n));
        } else if hidden.replace(n).is_none() || near(n - 1) {
            let last = (n..pages).find(|n| near(*n)).unwrap_or(pages);
            put!(
                out,
                "<span class=\"expand_pages\" onclick=\"expandPages(this, '&lt;a class=&quot;nav_page&quot; href=&quot;' \
                     + smf_scripturl + '?{of}.%1$d&quot;&gt;%2$s&lt;/a&gt; ', {}, {}, {size});\"> ... </span>",
                (n - 1) * size,
                (last - 1) * size
            );
        }
    }
    if number < pages {
        put!(
            out,
            "<a class=\"nav_page\" href=\"{}\"><span class=\"main_icons next_page\"></span></a> ",
            href(number + 1)
        );
    }
    put!(out, "</div></div>\n");
}

fn foot(page: &Page, out: &mut String) {
    put!(
        out,
        "</div></div></div>\n\
             {}</div>\n\
             <div id=\"footer\"><div class=\"inner_wrap\"><ul><li class=\"floatright\"><a href=\"{}\">Help</a></li>\
             <li class=\"copyright\"><a href=\"{}\" title=\"License\" target=\"_blank\" rel=\"noopener\">SMF 2.1.4 \
             &copy; 2023</a>, <a href=\"https://www.simplemachines.org\" title=\"Simple Machines\" target=\"_blank\" \
             rel=\"noopener\">Simple Machines</a></li></ul></div></div>\n\
             </body>\n\
             </html>\n",
        page.traps(),
        link(page, "action=help"),
        link(page, "action=credits")
    );
}

/// An address, with the session id in its middle until the cookie is there.
fn link(page: &Page, query: &str) -> String {
    let origin = &page.visit.origin;
    match (&page.visit.session, query) {
        (Some(session), _) => format!("{origin}/index.php?PHPSESSID={session}&amp;{query}"),
        (None, "") => format!("{origin}/index.php"),
        (None, _) => format!("{origin}/index.php?{query}"),
    }
}

fn user_link(page: &Page, user: &User) -> String {
    let name = escape(&user.name);
    match user.id {
        0 => name,
        id => format!(
            "<a href=\"{}\" title=\"View the profile of {name}\">{name}</a>",
            link(page, &format!("action=profile;u={id}"))
        ),
    }
}

fn time(c: &Civil) -> String {
    format!("{:02}:{:02} {}", c.hour12(), c.minute, c.meridiem())
}

/// `Mar 01, 2009, 10:00 AM`.
fn full(c: &Civil) -> String {
    format!("{} {:02}, {}, {}", c.month_name(), c.day, c.year, time(c))
}

/// Relative dates have no fuller form beside them: the forum's clock tells what they mean.
fn stamp(page: &Page, unix: i64) -> String {
    let c = page.civil(unix);
    match page.ago(unix) {
        Some(Ago::Today { .. }) => format!("<strong>Today</strong> at {}", time(&c)),
        Some(Ago::Yesterday) => format!("<strong>Yesterday</strong> at {}", time(&c)),
        Some(Ago::Days(_)) | None => full(&c),
    }
}
