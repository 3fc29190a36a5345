//! What goes wrong between a forum and its reader, on demand.

use std::time::Duration;

/// A fault. All but the last few break the transport; those change the page.
#[derive(Clone, Debug)]
pub enum Fault {
    /// This status, and when to come back.
    Status(u16, RetryAfter),
    /// The connection is reset before anything is sent.
    ResetBeforeHeaders,
    /// The connection is reset in the middle of the body.
    ResetMidBody,
    /// The body ends, in good order, before its told length.
    ShortBody,
    /// So many bytes of the body at a time, with a pause after each.
    Drip { bytes: usize, pause: Duration },
    /// The body never ends.
    EndlessBody,
    /// The headers never end.
    EndlessHeaders,
    /// Informational responses (102) without end, and no other.
    EndlessInformational,
    /// Nothing comes after the status line.
    StalledHeaders,
    /// Nothing comes after half of the body.
    StalledBody,
    /// A chunk whose length is no number.
    BadChunk,
    /// Says gzip and is plain.
    WrongEncoding,
    /// A content coding that nobody knows.
    UnknownEncoding,
    /// Gzip, and then something else.
    GzipAndGarbage,
    /// So many MiB of nothing, compressed to a thousandth.
    Bomb { mebibytes: usize },
    /// Gzip in gzip in gzip, as often as said.
    NestedGzip(usize),
    /// To this address.
    Redirect(String),
    /// To itself.
    RedirectLoop,
    /// To itself with a counter, so many times, then the page.
    RedirectChain(u32),
    /// GBK bytes; `declared` in the header, or said to be UTF-8 there.
    Gbk { declared: bool },
    /// UTF-16 with a byte order mark and no label.
    Utf16,
    /// Bytes that are no UTF-8, though said to be.
    InvalidUtf8,
    /// The same bytes under this content type.
    ContentType(&'static str),
    /// A PDF under the page's address.
    Pdf,
    /// The page broken off half way, with the length to match.
    Truncated,
    /// The page with its ids and classes renamed: a theme that no profile knows.
    OtherTheme,
    /// No `Date` header.
    NoDate,
    /// Another page instead, with status 200 or what is usual.
    Wall(Wall),
}

/// What may stand in a page's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wall {
    /// A login form, 200.
    Login,
    /// No such thing, 200.
    SoftMissing,
    /// No permission, 200.
    NoPermission,
    /// Closed, 200.
    Maintenance,
    /// An anti-bot challenge, 403 with `cf-mitigated`.
    Challenge,
}

/// When to come back.
#[derive(Clone, Debug)]
pub enum RetryAfter {
    /// It does not say.
    Absent,
    Seconds(u64),
    /// An HTTP date so many seconds from the forum's present.
    Date(i64),
    /// Whatever this is.
    Raw(String),
}
