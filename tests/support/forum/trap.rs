//! Places that a crawl must not enter: they have no end, or lead nowhere.

use super::{calendar::Civil, model::Forum};

/// What a trap answers.
pub struct Trap {
    pub status: u16,
    pub location: Option<String>,
    pub html: String,
}

/// Links into the traps, for the foot of a page.
pub fn links(forum: &Forum) -> String {
    if !forum.setup.traps {
        return String::new();
    }
    let c = Civil::at(forum.setup.now, 0);
    format!(
        "<p class=\"elsewhere\"><a href=\"/calendar.php?year={}&amp;month={}\">Calendar</a> \
         <a href=\"/out.php?to=1\">Partner of the day</a> \
         <a href=\"/events/week/week/\">Events</a> \
         <a href=\"/calendar.php?view=grid&amp;amp;amp;amp;amp;day=1\">Grid</a></p>\n",
        c.year, c.month
    )
}

/// The answer to an address in a trap.
pub fn answer(origin: &str, target: &str) -> Trap {
    let path = target.split('?').next().unwrap_or_default();
    let page = |body: String| Trap {
        status: 200,
        location: None,
        html: format!("<!DOCTYPE html>\n<html><head><title>More</title></head><body>\n{body}</body></html>\n"),
    };
    let number = |key: &str| {
        let value = target.split(['?', '&']).find_map(|pair| pair.strip_prefix(key)?.strip_prefix('='))?;
        value.parse::<u64>().ok()
    };
    match path {
        // Two addresses that lead to each other.
        "/out.php" => {
            let other = if number("to") == Some(1) { 2 } else { 1 };
            Trap { status: 302, location: Some(format!("{origin}/out.php?to={other}")), html: String::new() }
        }
        // Months for ever, both ways.
        "/calendar.php" if number("year").is_some() => {
            let months = number("year").unwrap_or(2026) * 12 + number("month").unwrap_or(1).saturating_sub(1);
            let link = |at: u64| format!("<a href=\"/calendar.php?year={}&amp;month={}\">", at / 12, at % 12 + 1);
            page(format!("{}before</a> {}after</a>\n", link(months.saturating_sub(1)), link(months + 1)))
        }
        // An address that is escaped once more at each step.
        "/calendar.php" => page(format!("<a href=\"{}\">next day</a>\n", target.replace('&', "&amp;amp;"))),
        // A path that grows.
        _ => page(format!("<a href=\"{path}week/\">this week</a> <a href=\"week/\">next week</a>\n")),
    }
}
