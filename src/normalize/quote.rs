//! Quotations: cleaned, and attributed where the markup did not tell.

use super::text::{cleaned, cleaned_line};
use crate::model::{Quote, RawQuote};

/// Quotes within quotes that are followed; what lies deeper was cut by the extractor.
const MOST_NESTED: usize = 64;

/// The header of a quote, as far as a reader of such lines could tell.
pub(super) struct Attribution {
    pub author: Option<String>,
    pub date_raw: Option<String>,
}

/// Reads the line that attributes a quote ("X wrote:"); the flag: the markup told that it is one.
pub(super) type Reader<'r> = &'r dyn Fn(&str, bool) -> Option<Attribution>;

/// Turns raw quotes into the record's.
pub(super) fn quotes(raw: Vec<RawQuote>, read: Reader) -> Vec<Quote> {
    nested(raw, read, 0)
}

fn nested(raw: Vec<RawQuote>, read: Reader, depth: usize) -> Vec<Quote> {
    if depth == MOST_NESTED {
        return Vec::new();
    }
    raw.into_iter().map(|raw| one(raw, read, depth)).collect()
}

fn one(raw: RawQuote, read: Reader, depth: usize) -> Quote {
    let mut text = cleaned(raw.text);
    let mut author = raw.author.and_then(cleaned_line);
    let mut date_raw = raw.date.and_then(cleaned_line);
    if author.is_none() || date_raw.is_none() {
        let header = match raw.attribution.and_then(cleaned_line) {
            // nothing but the name that is known: a date beside it has figures, and a blank before them
            Some(line)
                if author.as_ref() == Some(&line) && !(line.contains(' ') && line.contains(char::is_numeric)) =>
            {
                None
            }
            Some(line) => read(&line, true),
            // no markup told the attribution: it may be the first line of what is quoted
            None if author.is_none() => {
                let (line, rest) = text.split_once('\n').unwrap_or((&text, ""));
                let header = read(line, false);
                if header.is_some() {
                    text = rest.trim_start_matches('\n').to_owned();
                }
                header
            }
            None => None,
        };
        if let Some(header) = header {
            author = author.or(header.author);
            date_raw = date_raw.or(header.date_raw);
        }
    }
    Quote { author, post_id: raw.post_id, date_raw, text, quotes: nested(raw.quotes, read, depth + 1) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A reader that knows one wording.
    fn read(line: &str, _: bool) -> Option<Attribution> {
        let author = line.strip_suffix(" wrote:")?;
        Some(Attribution { author: Some(author.to_owned()), date_raw: None })
    }

    #[test]
    fn attribution_comes_from_markup_then_from_its_line_then_from_the_text() {
        let quote = |author: Option<&str>, attribution: Option<&str>, text: &str| {
            let raw = RawQuote {
                author: author.map(str::to_owned),
                attribution: attribution.map(str::to_owned),
                text: text.to_owned(),
                ..RawQuote::default()
            };
            let mut quotes = quotes(vec![raw], &read);
            let quote = quotes.remove(0);
            (quote.author, quote.text)
        };
        let anna = |text: &str| (Some("anna".to_owned()), text.to_owned());
        assert_eq!(quote(Some("anna"), Some("berta wrote:"), "Text"), anna("Text"));
        assert_eq!(quote(None, Some("anna wrote:"), "Text"), anna("Text"));
        assert_eq!(quote(None, None, "anna wrote:\n\nText"), anna("Text"));
        assert_eq!(quote(None, None, "Text\nanna wrote:"), (None, "Text\nanna wrote:".to_owned()));
    }

    #[test]
    fn quotes_nest() {
        let inner = RawQuote { text: "inner\u{a0}text ".to_owned(), ..RawQuote::default() };
        let outer = RawQuote { text: "outer".to_owned(), quotes: vec![inner], ..RawQuote::default() };
        assert_eq!(quotes(vec![outer], &read)[0].quotes[0].text, "inner text");
    }
}
