//! Pages in the shape of SMF 2.1's default theme.

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
             <script>\n\
             var smf_theme_url = \"{origin}/Themes/default\";\n\
             var smf_scripturl = \"{}\";\n\
             var smf_session_id = \"{}\";\n\
             </script>\n\
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
        link(page, ""),
        page.token(),
        link(page, "action=login"),
        full(&page.clock()),
        link(page, ""),
        origin = page.visit.origin
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
