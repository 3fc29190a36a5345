//! Writing HTML into a string.

/// Appends formatted text to a string; that cannot fail.
macro_rules! put {
    ($out:expr, $($arg:tt)*) => {{
        let _ = std::fmt::Write::write_fmt($out, format_args!($($arg)*));
    }};
}
pub(super) use put;

/// Text as it stands in HTML.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
    out
}

/// Lines as they stand in HTML, with `between` after each but the last.
pub fn lines(lines: &[String], between: &str) -> String {
    lines.iter().map(|line| escape(line)).collect::<Vec<_>>().join(between)
}
