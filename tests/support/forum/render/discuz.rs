//! Pages in the shape of Discuz! X3.5's desktop template, English pack, date format `j-n-Y h:i A`.

mod listing;
mod thread;

pub use listing::{board, index};
pub use thread::thread;

use super::super::{calendar::Civil, model::Board};
use super::html::{escape, put};
use super::view::{Ago, Message, Page};

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
