//! Pages in the shape of phpBB 3.3's prosilver.

mod listing;
mod thread;

pub use listing::{board, index};
pub use thread::thread;

use super::super::{
    calendar::{Civil, iso},
    model::{Board, User},
};
use super::html::{escape, put};
use super::view::{Message, Page};

/// What stands in place of a page.
pub fn message(page: &Page, message: Message) -> String {
    let mut out = head(page, "Information", "viewtopic", None);
    crumbs(page, &mut out, None);
    let text = match message {
        Message::Missing => "The requested topic does not exist.",
        Message::NoPermission => "You are not authorised to read this forum.",
        Message::Maintenance => "Sorry but this board is currently unavailable.",
        Message::Login => "",
    };
    if message == Message::Login {
        put!(
            &mut out,
            "<form action=\"./ucp.php?mode=login{}\" method=\"post\" id=\"login\"><div class=\"panel\"><div \
                 class=\"inner\"><div class=\"content\"><h2 class=\"login-title\">The board requires you to be \
                 registered and logged in to view this forum.</h2><fieldset class=\"fields1\"><input type=\"text\" \
                 name=\"username\" id=\"username\" /><input type=\"password\" name=\"password\" id=\"password\" />\
                 </fieldset></div></div></div></form>\n",
            sid(page)
        );
    } else {
        put!(
            &mut out,
            "<div class=\"panel\" id=\"message\"><div class=\"inner\"><h2 class=\"message-title\">Information</h2>\
                 <p>{text}</p></div></div>\n"
        );
    }
    foot(page, &mut out);
    out
}

fn head(page: &Page, title: &str, section: &str, canonical: Option<&str>) -> String {
    let mut out = String::with_capacity(20_000);
    put!(
        &mut out,
        "<!DOCTYPE html>\n\
             <html dir=\"ltr\" lang=\"en-gb\">\n\
             <head>\n\
             <meta charset=\"utf-8\" />\n\
             <title>{} - Harbour Forum</title>\n",
        escape(title)
    );
    if let Some(canonical) = canonical {
        put!(&mut out, "<link rel=\"canonical\" href=\"{}/{canonical}\">\n", page.visit.origin);
    }
    put!(
        &mut out,
        "<!--\n\
             \tphpBB style name: prosilver\n\
             -->\n\
             </head>\n\
             <body id=\"phpbb\" class=\"nojs notouch section-{section} ltr\">\n\
             <div id=\"wrap\" class=\"wrap\">\n\
             <a id=\"top\" class=\"top-anchor\" accesskey=\"t\"></a>\n\
             <div id=\"page-header\"><div class=\"headerbar\" role=\"banner\"><div class=\"inner\"><div \
             id=\"site-description\" class=\"site-description\"><h1>Harbour Forum</h1></div></div></div>\n"
    );
    out
}

fn crumbs(page: &Page, out: &mut String, board: Option<&Board>) {
    let sid = sid(page);
    put!(
        out,
        "<div class=\"navbar\" role=\"navigation\"><div class=\"inner\"><ul id=\"nav-main\" class=\"nav-main \
             linklist\"><li><a href=\"./ucp.php?mode=login{sid}\" title=\"Login\"><span>Login</span></a></li></ul>\n\
             <ul id=\"nav-breadcrumbs\" class=\"nav-breadcrumbs linklist navlinks\" role=\"menubar\"><li \
             class=\"breadcrumbs\"><span class=\"crumb\"><a href=\"./index.php{}\" accesskey=\"h\"><span \
             itemprop=\"name\">Board index</span></a></span>",
        sid.replacen("&amp;", "?", 1)
    );
    if let Some(board) = board {
        put!(
            out,
            "\n\
                 <span class=\"crumb\" data-forum-id=\"{id}\"><a href=\"./viewforum.php?f={id}{sid}\"><span \
                 itemprop=\"name\">{}</span></a></span>",
            escape(&board.name),
            id = board.id
        );
    }
    put!(
        out,
        "</li></ul></div></div></div>\n\
             <a id=\"start_here\" class=\"anchor\"></a>\n\
             <div id=\"page-body\" class=\"page-body\" role=\"main\">\n"
    );
    if page.visit.nonce != 0 {
        put!(out, "<p class=\"right responsive-center time\">It is currently {}</p>\n", words(&page.clock()));
    }
}

fn pager(page: &Page, out: &mut String, base: &str, (number, pages): (usize, usize), size: usize, count: &str) {
    let sid = sid(page);
    let link =
        |n: usize| if n == 1 { format!("{base}{sid}") } else { format!("{base}{sid}&amp;start={}", (n - 1) * size) };
    put!(out, "<div class=\"pagination\">\n{count}\n");
    if pages < 2 {
        put!(out, "&bull; Page <strong>1</strong> of <strong>1</strong>\n</div>\n");
        return;
    }
    put!(out, "<ul>\n");
    if number > 1 {
        put!(
            out,
            "<li class=\"arrow previous\"><a class=\"button button-icon-only\" href=\"{}\" rel=\"prev\" \
                 role=\"button\"><span class=\"sr-only\">Previous</span></a></li>\n",
            link(number - 1)
        );
    }
    let mut gap = false;
    for n in 1..=pages {
        if n == number {
            put!(out, "<li class=\"active\"><span>{n}</span></li>\n");
        } else if n == 1 || n == pages || n.abs_diff(number) < 3 {
            put!(out, "<li><a class=\"button\" href=\"{}\" role=\"button\">{n}</a></li>\n", link(n));
            gap = false;
        } else if !std::mem::replace(&mut gap, true) {
            put!(out, "<li class=\"ellipsis\" role=\"separator\"><span>…</span></li>\n");
        }
    }
    if number < pages {
        put!(
            out,
            "<li class=\"arrow next\"><a class=\"button button-icon-only\" href=\"{}\" rel=\"next\" role=\"button\">\
                 <span class=\"sr-only\">Next</span></a></li>\n",
            link(number + 1)
        );
    }
    put!(out, "</ul>\n</div>\n");
}

fn foot(page: &Page, out: &mut String) {
    put!(
        out,
        "</div>\n\
             <div id=\"page-footer\" class=\"page-footer\" role=\"contentinfo\"><div class=\"navbar\" \
             role=\"navigation\"><div class=\"inner\"><ul id=\"nav-footer\" class=\"nav-footer linklist\"><li \
             class=\"rightside\">All times are <span title=\"Europe/Moscow\">UTC+03:00</span></li></ul></div></div>\n\
             {}<div class=\"copyright\"><p class=\"footer-row\"><span class=\"footer-copyright\">Powered by <a \
             href=\"https://www.phpbb.com/\">phpBB</a>&reg; Forum Software &copy; phpBB Limited</span></p></div>\n\
             </div>\n\
             </div>\n\
             </body>\n\
             </html>\n",
        page.traps()
    );
}

/// The session id at the end of a link, until the cookie is there.
fn sid(page: &Page) -> String {
    page.visit.session.as_ref().map_or_else(String::new, |session| format!("&amp;sid={session}"))
}

fn user_link(page: &Page, user: &User) -> String {
    let name = escape(&user.name);
    match (user.id, user.role) {
        (0, _) => format!("<span class=\"username\">{name}</span>"),
        (id, "Global Moderator") => format!(
            "<a href=\"./memberlist.php?mode=viewprofile&amp;u={id}{}\" style=\"color: #00AA00;\" \
                 class=\"username-coloured\">{name}</a>",
            sid(page)
        ),
        (id, _) => format!(
            "<a href=\"./memberlist.php?mode=viewprofile&amp;u={id}{}\" class=\"username\">{name}</a>",
            sid(page)
        ),
    }
}

fn time(page: &Page, unix: i64) -> String {
    format!("<time datetime=\"{}\">{}</time>", iso(unix, 0), words(&page.civil(unix)))
}

/// `Tue Jan 30, 2024 8:12 am`.
fn words(c: &Civil) -> String {
    let half = if c.afternoon() { "pm" } else { "am" };
    format!("{} {} {:02}, {} {}:{:02} {half}", c.weekday(), c.month_name(), c.day, c.year, c.hour12(), c.minute)
}
