//! From a record's block to a page: the HTTP response taken apart, chunks and content codings removed.

use jiff::Timestamp;
use url::Url;

use crate::{
    fetch::coding,
    model::{Page, Validators},
    polite,
};

/// Decoded bytes that a page of an archive may have.
const CAP: usize = 64 << 20;

/// The named fields of a record.
#[derive(Default)]
pub(super) struct Fields(Vec<(String, String)>);

impl Fields {
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(field, _)| field.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// Takes a line of the header: a field, or what goes on from the one before.
    pub(super) fn take(&mut self, line: &str) {
        match line.split_once(':') {
            Some((name, value)) => self.0.push((name.trim().to_owned(), value.trim().to_owned())),
            None => {
                if let Some((_, value)) = self.0.last_mut() {
                    value.push_str(line.trim());
                }
            }
        }
    }
}

/// The page of a record; `None` for what is no page (`dns:`, an answer without body). An error is a sentence.
pub(super) fn page(fields: &Fields, block: Vec<u8>) -> Result<Option<Page>, String> {
    let target = fields.get("WARC-Target-URI").unwrap_or_default();
    let target = target.trim_start_matches('<').trim_end_matches('>');
    let Ok(url) = Url::parse(target) else { return Err(format!("`{target}` is no address")) };
    if !matches!(url.scheme(), "http" | "https") {
        return Ok(None);
    }
    let fetched_at = fields.get("WARC-Date").and_then(|date| date.parse::<Timestamp>().ok()).unwrap_or_default();
    if fields.get("WARC-Type") == Some("resource") {
        let content_type = fields.get("Content-Type").map(str::to_owned);
        return Ok(Some(plain(url, 200, content_type, Vec::new(), block, fetched_at)));
    }
    let head_end = find(&block, b"\r\n\r\n").map(|at| (at, 4)).or_else(|| find(&block, b"\n\n").map(|at| (at, 2)));
    let Some((end, gap)) = head_end else { return Err("the response has no end of its header".to_owned()) };
    let head = String::from_utf8_lossy(&block[..end]).into_owned();
    let mut lines = head.lines();
    let status = lines.next().and_then(|line| line.split_ascii_whitespace().nth(1)).and_then(|s| s.parse().ok());
    let Some(status) = status else { return Err("the response has no status line".to_owned()) };
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.trim().to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let header = |name: &str| headers.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str());
    let mut body = block[end + gap..].to_vec();
    if header("transfer-encoding").is_some_and(|value| value.to_ascii_lowercase().contains("chunked"))
        && let Some(whole) = unchunked(&body)
    {
        body = whole;
    }
    // some writers remove the coding and keep the header: what is plain already stays
    let body = coding::decoded(body, header("content-encoding"), CAP).map_err(|error| error.to_string())?;
    let content_type = header("content-type").map(str::to_owned);
    let mut page = plain(url, status, content_type, Vec::new(), body, fetched_at);
    page.date = header("date").and_then(|date| polite::http_date(date, fetched_at));
    page.validators = Validators {
        etag: header("etag").map(str::to_owned),
        last_modified: header("last-modified").map(str::to_owned),
    };
    page.headers = headers;
    Ok(Some(page))
}

fn plain(
    url: Url,
    status: u16,
    content_type: Option<String>,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    fetched_at: Timestamp,
) -> Page {
    Page {
        requested: url.clone(),
        url,
        status,
        content_type,
        date: None,
        validators: Validators::default(),
        headers,
        body,
        fetched_at,
    }
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    memchr::memmem::find(haystack, needle)
}

/// The body of a chunked message (RFC 9112 section 7.1); `None` where it is not chunked after all.
fn unchunked(body: &[u8]) -> Option<Vec<u8>> {
    let (mut rest, mut whole) = (body, Vec::with_capacity(body.len()));
    loop {
        let end = find(rest, b"\r\n")?;
        let size = std::str::from_utf8(&rest[..end]).ok()?;
        let size = usize::from_str_radix(size.split(';').next()?.trim(), 16).ok()?;
        rest = &rest[end + 2..];
        if size == 0 {
            return Some(whole);
        }
        whole.extend_from_slice(rest.get(..size)?);
        rest = rest.get(size..)?.strip_prefix(b"\r\n")?;
    }
}
