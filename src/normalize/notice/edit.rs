//! From readings to the `edit` of a record.

use super::reading::NoticeReading;
use crate::model::{Edit, Editor, Zone};

/// The edit that these notices tell, verbatim and read, in the order of the text; the latest counts. `None` without any.
/// Who the author is, is not known here: `by_author` stays null.
pub fn edit_of(notices: &[(String, NoticeReading)], zone: Option<&Zone>) -> Option<Edit> {
    let latest = latest(notices)?;
    let notice: Vec<&str> = notices.iter().map(|(verbatim, _)| verbatim.as_str()).collect();
    Some(Edit {
        editor: latest.user.clone().map(|name| Editor { name, id: None, url: None }),
        date: latest.date.as_ref().map(|date| date.to_iso(zone)),
        date_raw: latest.date_raw.clone(),
        count: latest.count,
        reason: latest.reason.clone(),
        by_author: None,
        notice: notice.join("\n"),
        language: latest.language.clone(),
        ambiguous_date: latest.date.as_ref().and_then(|date| date.other_iso(zone)),
    })
}

/// The latest by date; without dates, the last one.
fn latest(notices: &[(String, NoticeReading)]) -> Option<&NoticeReading> {
    let key = |reading: &NoticeReading| reading.date.as_ref().map(|date| (date.date, date.time));
    notices.iter().map(|(_, reading)| reading).max_by(|a, b| key(a).cmp(&key(b)))
}
