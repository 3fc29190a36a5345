//! Pages in the shape of FluxBB 1.5's Air style: relative addresses, the notice inside the body.

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
    let mut out = head(page, "Info / Harbour Forum", "message", None);
    let text = match message {
        Message::Missing => "Bad request. The link you followed is incorrect or outdated.",
        Message::Login => "You must login or register to view this forum.",
        Message::NoPermission => "You do not have permission to access this page.",
        Message::Maintenance => "The forums are temporarily down for maintenance.",
    };
    put!(
        &mut out,
        "<div id=\"msg\" class=\"block\"><h2><span>{}</span></h2><div class=\"box\"><div class=\"inbox\">\
             <p>{text}</p></div></div></div>\n",
        if message == Message::Maintenance { "Maintenance" } else { "Info" }
    );
    if message == Message::Login {
        put!(
            &mut out,
            "<div class=\"blockform\"><form id=\"login\" method=\"post\" action=\"login.php?action=in\"><input \
                 type=\"text\" name=\"req_username\" /><input type=\"password\" name=\"req_password\" /></form></div>\n"
        );
    }
    foot(page, &mut out);
    out
}

fn head(page: &Page, title: &str, section: &str, canonical: Option<(&str, usize)>) -> String {
    let mut out = String::with_capacity(20_000);
    put!(
        &mut out,
        "<!DOCTYPE html PUBLIC \"-//W3C//DTD XHTML 1.0 Strict//EN\" \
             \"http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd\">\n\
             <html xmlns=\"http://www.w3.org/1999/xhtml\" xml:lang=\"en\" lang=\"en\" dir=\"ltr\">\n\
             <head>\n\
             <meta http-equiv=\"Content-Type\" content=\"text/html; charset=utf-8\" />\n\
             <title>{}</title>\n\
             <link rel=\"stylesheet\" type=\"text/css\" href=\"style/Air.css\" />\n",
        escape(title)
    );
    if let Some((base, number)) = canonical {
        put!(
            &mut out,
            "<link rel=\"canonical\" href=\"{base}{}\" title=\"Page {number}\" />\n",
            if number > 1 { format!("&amp;p={number}") } else { String::new() }
        );
    }
    put!(
        &mut out,
        "</head>\n\
             <body>\n\
             <div id=\"pun{section}\" class=\"pun\">\n\
             <div class=\"top-box\"></div>\n\
             <div class=\"punwrap\">\n\
             <div id=\"brdheader\" class=\"block\"><div class=\"box\"><div id=\"brdtitle\" class=\"inbox\"><h1><a \
             href=\"index.php\">Harbour Forum</a></h1></div>\n\
             <div id=\"brdmenu\" class=\"inbox\"><ul><li id=\"navindex\"><a href=\"index.php\">Index</a></li><li \
             id=\"navlogin\"><a href=\"login.php\">Login</a></li></ul></div>\n\
             <div id=\"brdwelcome\" class=\"inbox\"><p class=\"conl\">You are not logged in.</p><form><input \
             type=\"hidden\" name=\"csrf_token\" value=\"{}\" /></form></div></div></div>\n\
             <div id=\"brdmain\">\n",
        page.token()
    );
    out
}

fn crumbs(thread: Option<(&str, &str)>, board: &Board) -> String {
    let mut out = String::from("<ol class=\"crumbs\"><li><a href=\"index.php\">Index</a></li>");
    let link = format!("<a href=\"viewforum.php?id={}\">{}</a>", board.id, escape(&board.name));
    match thread {
        Some((base, title)) => put!(
            &mut out,
            "<li><span>»&#160;</span>{link}</li><li><span>»&#160;</span><strong><a href=\"{base}\">{}</a></strong>\
                 </li>",
            escape(title)
        ),
        None => put!(&mut out, "<li><span>»&#160;</span><strong>{link}</strong></li>"),
    }
    out.push_str("</ol> ");
    out
}

fn pager(base: &str, number: usize, pages: usize) -> String {
    let link = |n: usize| if n == 1 { base.to_owned() } else { format!("{base}&amp;p={n}") };
    let mut out = String::from("<p class=\"pagelink conl\"><span class=\"pages-label\">Pages: </span>");
    if number > 1 {
        put!(&mut out, "<a rel=\"prev\" class=\"item1\" href=\"{}\">Previous</a> ", link(number - 1));
    }
    let mut gap = false;
    for n in 1..=pages {
        if n == number {
            put!(&mut out, "<strong{}>{n}</strong> ", if number == 1 { " class=\"item1\"" } else { "" });
        } else if n == 1 || n == pages || n.abs_diff(number) < 3 {
            put!(&mut out, "<a href=\"{}\">{n}</a> ", link(n));
            gap = false;
        } else if !std::mem::replace(&mut gap, true) {
            put!(&mut out, "<span class=\"spacer\">…</span> ");
        }
    }
    if number < pages {
        put!(&mut out, "<a rel=\"next\" href=\"{}\">Next</a>", link(number + 1));
    }
    out.push_str("</p>");
    out
}

fn foot(page: &Page, out: &mut String) {
    put!(
        out,
        "</div>\n\
             {}<div id=\"brdfooter\" class=\"block\"><h2><span>Board footer</span></h2><div class=\"box\"><div \
             id=\"brdfooternav\" class=\"inbox\"><div class=\"conr\"><p id=\"poweredby\">Powered by <a \
             href=\"https://fluxbb.org/\">FluxBB</a></p></div></div></div></div>\n\
             </div>\n\
             <div class=\"end-box\"></div>\n\
             </div>\n\
             </body>\n\
             </html>\n",
        page.traps()
    );
}

fn user_link(user: &User) -> String {
    match user.id {
        0 => escape(&user.name),
        id => format!("<a href=\"profile.php?id={id}\">{}</a>", escape(&user.name)),
    }
}

fn parity(n: usize) -> &'static str {
    if n.is_multiple_of(2) { "rowodd" } else { "roweven" }
}

/// `2019-02-03 08:15:30`, or the word for the day and the time: without a fuller form beside it.
fn stamp(page: &Page, unix: i64) -> String {
    let c: Civil = page.civil(unix);
    let time = format!("{:02}:{:02}:{:02}", c.hour, c.minute, c.second);
    match page.ago(unix) {
        Some(Ago::Today { .. }) => format!("Today {time}"),
        Some(Ago::Yesterday) => format!("Yesterday {time}"),
        Some(Ago::Days(_)) | None => format!("{:04}-{:02}-{:02} {time}", c.year, c.month, c.day),
    }
}
