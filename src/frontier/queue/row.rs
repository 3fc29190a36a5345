//! A row of the pages as a request.

use std::sync::Arc;

use rusqlite::Row;

use super::numbers::{kind_of, reason_of};
use crate::model::{NewRequest, Reason, Request, Validators};

/// The request that a row tells, but for the name of its source. Its columns are those that `Queue::first_due` asks for.
pub(super) fn request_in(row: &Row<'_>) -> rusqlite::Result<Request> {
    let url: String = row.get(2)?;
    let url = url::Url::parse(&url)
        .map_err(|error| rusqlite::Error::FromSqlConversionFailure(2, rusqlite::types::Type::Text, Box::new(error)))?;
    let reason = reason_of(row.get(8)?);
    // a confirming read must be a whole one: "not modified" proves nothing about what the first read missed
    let validators = if reason == Reason::Confirm {
        Validators::default()
    } else {
        Validators { etag: row.get(10)?, last_modified: row.get(11)? }
    };
    let what = NewRequest {
        url,
        kind: kind_of(row.get(3)?),
        board_id: row.get(4)?,
        thread_id: row.get(5)?,
        page: row.get(6)?,
        position_base: row.get(7)?,
        reason,
    };
    Ok(Request { id: row.get(0)?, source: Arc::from(""), what, validators, attempt: row.get(9)? })
}
