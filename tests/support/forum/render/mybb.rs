//! Pages in the shape of MyBB 1.8's default theme; dates are month first, the zone is told by the footer's clock alone.

mod listing;
mod thread;

pub use listing::{board, index};
pub use thread::thread;

use super::super::{
    calendar::Civil,
    model::{Board, User},
};
use super::html::{escape, put};
use super::view::{Ago, Message, Page};

/// What stands in place of a page.
pub fn message(page: &Page, message: Message) -> String {
    let mut out = head(page, "Harbour Forum");
    navigation(&mut out, &[], "Harbour Forum");
    let text = match message {
        Message::Missing => "The specified thread does not exist.",
        Message::Login | Message::NoPermission => {
            "You are either not logged in or do not have permission to view this page."
        }
        Message::Maintenance => "The bulletin board is currently closed.",
    };
    put!(
        &mut out,
        "<table border=\"0\" cellspacing=\"0\" cellpadding=\"5\" class=\"tborder\"><tr><td class=\"thead\"><span \
             class=\"smalltext\"><strong>Harbour Forum</strong></span></td></tr>\n\
             <tr><td class=\"trow1\">{text}"
    );
    if message == Message::Login {
        put!(
            &mut out,
            "<form action=\"member.php\" method=\"post\"><input type=\"hidden\" name=\"action\" value=\"do_login\" />\
                 <input type=\"text\" class=\"textbox\" name=\"username\" /><input type=\"password\" class=\"textbox\" \
                 name=\"password\" /></form>"
        );
    }
    put!(&mut out, "</td></tr></table>\n");
    foot(page, &mut out);
    out
}

fn head(page: &Page, title: &str) -> String {
    let (mut out, origin) = (String::with_capacity(20_000), &page.visit.origin);
    put!(
        &mut out,
        "<!DOCTYPE html PUBLIC \"-//W3C//DTD XHTML 1.0 Transitional//EN\" \
             \"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd\">\n\
             <html xml:lang=\"en\" lang=\"en\" xmlns=\"http://www.w3.org/1999/xhtml\">\n\
             <head>\n\
             <title>{}</title>\n\
             <link rel=\"alternate\" type=\"application/rss+xml\" title=\"Latest Threads (RSS 2.0)\" \
             href=\"{origin}/syndication.php\" />\n\
             <meta http-equiv=\"Content-Type\" content=\"text/html; charset=UTF-8\" />\n\
             <script type=\"text/javascript\">var my_post_key = \"{}\";</script>\n\
             </head>\n\
             <body>\n\
             <div id=\"container\">\n\
             <a name=\"top\" id=\"top\"></a>\n\
             <div id=\"header\"><div id=\"logo\"><div class=\"wrapper\"><a href=\"{origin}/index.php\">Harbour \
             Forum</a><ul class=\"menu top_links\"><li><a href=\"{origin}/search.php\" class=\"search\">Search</a>\
             </li></ul></div></div>\n\
             <div id=\"panel\"><div class=\"upper\"><div class=\"wrapper\"><span class=\"welcome\">Hello There, \
             Guest! <a href=\"{origin}/member.php?action=login\" class=\"login\">Login</a></span></div></div></div>\
             </div>\n\
             <div id=\"content\">\n\
             <div class=\"wrapper\">\n",
        escape(title),
        page.token()
    );
    out
}

fn navigation(out: &mut String, boards: &[&Board], active: &str) {
    put!(out, "<div class=\"navigation\">\n<a href=\"index.php\">Harbour Forum</a>");
    for board in boards {
        put!(out, "&rsaquo;\n<a href=\"forumdisplay.php?fid={}\">{}</a>", board.id, escape(&board.name));
    }
    put!(out, "\n<br /><span class=\"active\">{}</span>\n</div>\n<br />\n", escape(active));
}

fn pager(out: &mut String, base: &str, number: usize, pages: usize) {
    if pages < 2 {
        return;
    }
    let link = |n: usize| if n == 1 { base.to_owned() } else { format!("{base}&amp;page={n}") };
    put!(out, "<div class=\"pagination\">\n<span class=\"pages\">Pages ({pages}):</span>\n");
    if number > 1 {
        put!(out, "<a href=\"{}\" class=\"pagination_previous\">&laquo; Previous</a>\n", link(number - 1));
    }
    if number > 3 {
        put!(out, "<a href=\"{}\" class=\"pagination_first\">1</a> ... \n", link(1));
    }
    for n in number.saturating_sub(2).max(1)..=(number + 2).min(pages) {
        if n == number {
            put!(out, " <span class=\"pagination_current\">{n}</span>\n");
        } else {
            put!(out, "<a href=\"{}\" class=\"pagination_page\">{n}</a>\n", link(n));
        }
    }
    if number + 2 < pages {
        put!(out, "... <a href=\"{}\" class=\"pagination_last\">{pages}</a>\n", link(pages));
    }
    if number < pages {
        put!(out, "<a href=\"{}\" class=\"pagination_next\">Next &raquo;</a>\n", link(number + 1));
    }
    put!(out, "</div>\n");
}

fn foot(page: &Page, out: &mut String) {
    put!(
        out,
        "</div>\n\
             </div>\n\
             {}<div id=\"footer\"><div class=\"lower\"><div class=\"wrapper\"><span id=\"current_time\">\
             <strong>Current time:</strong> {}</span>\n\
             <span id=\"copyright\">Powered By <a href=\"https://mybb.com\" target=\"_blank\" \
             rel=\"noopener\">MyBB</a>, &copy; 2002-2026 <a href=\"https://mybb.com\" target=\"_blank\" \
             rel=\"noopener\">MyBB Group</a>.</span></div></div></div>\n\
             </div>\n\
             </body>\n\
             </html>\n",
        page.traps(),
        full(&page.clock())
    );
}

fn user_link(page: &Page, user: &User) -> String {
    match user.id {
        0 => escape(&user.name),
        id => format!(
            "<a href=\"{}/member.php?action=profile&amp;uid={id}\">{}</a>",
            page.visit.origin,
            escape(&user.name)
        ),
    }
}

/// `11-24-2026`: month first.
fn date(c: &Civil) -> String {
    format!("{:02}-{:02}-{:04}", c.month, c.day, c.year)
}

fn time(c: &Civil) -> String {
    format!("{:02}:{:02} {}", c.hour12(), c.minute, c.meridiem())
}

fn full(c: &Civil) -> String {
    format!("{}, {}", date(c), time(c))
}

fn stamp(page: &Page, unix: i64) -> String {
    let c = page.civil(unix);
    match page.ago(unix) {
        Some(Ago::Today { seconds: ago @ 3600.. }) => {
            format!("<span title=\"{}\">{} hour{} ago</span>", full(&c), ago / 3600, if ago < 7200 { "" } else { "s" })
        }
        Some(Ago::Today { seconds: ago @ 60.. }) => {
            format!("<span title=\"{}\">{} minute{} ago</span>", full(&c), ago / 60, if ago < 120 { "" } else { "s" })
        }
        Some(Ago::Today { .. }) => format!("<span title=\"{}\">Less than 1 minute ago</span>", full(&c)),
        Some(Ago::Yesterday) => format!("<span title=\"{}\">Yesterday</span>, {}", date(&c), time(&c)),
        Some(Ago::Days(_)) | None => full(&c),
    }
}
