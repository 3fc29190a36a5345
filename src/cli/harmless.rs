//! What comes from elsewhere is shown, never obeyed: a terminal takes control characters for orders, and marks of direction turn
//! what stands after them.

use std::borrow::Cow;

/// Whether a terminal would obey it, or turn what follows. Line ends and tabs are text.
pub(super) fn is_obeyed(c: char) -> bool {
    (c.is_control() && c != '\n' && c != '\t') || turns(c)
}

/// Marks of direction, and separators that some viewers take for line ends.
fn turns(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Text without what a terminal would obey.
pub(super) fn shown(text: &str) -> String {
    text.chars().filter(|c| !is_obeyed(*c)).collect()
}

/// A log line with all of that written as `\u001b`, line ends within it too, so that an event is one line and JSON stays JSON.
/// `coloured`: the line's own colours stay, which the log's maker has put there after it made values harmless.
pub(super) fn line(text: &str, coloured: bool) -> Cow<'_, str> {
    let (body, end) = text.strip_suffix('\n').map_or((text, ""), |body| (body, "\n"));
    let is_harmful = |c: char| (is_obeyed(c) || c == '\n') && !(coloured && c == '\u{1b}');
    if !body.contains(is_harmful) {
        return Cow::Borrowed(text);
    }
    let mut line = String::with_capacity(text.len() + 16);
    for c in body.chars() {
        if is_harmful(c) {
            line.push_str(&format!("\\u{:04x}", u32::from(c)));
        } else {
            line.push(c);
        }
    }
    line.push_str(end);
    Cow::Owned(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_text_is_obeyed() {
        assert_eq!(shown("a\x1b[2Jb\u{9b}31mc\u{202e}d\te\nf\u{7}\u{200f}\u{2028}g"), "a[2Jb31mcd\te\nfg");
        assert_eq!(shown("\x1b]8;;http://x\x1b\\link\x1b]52;c;aGk=\x07"), "]8;;http://x\\link]52;c;aGk=");
    }

    #[test]
    fn a_log_line_is_one_line() {
        for (text, coloured, expected) in [
            ("plain\ttext\n", false, "plain\ttext\n"),
            ("one\ntwo\r\n", false, "one\\u000atwo\\u000d\n"),
            ("\u{9b}31m \u{85}\u{202e}x\x07\n", false, "\\u009b31m \\u0085\\u202ex\\u0007\n"),
            ("\x1b[31mred\x1b[0m\u{9d}\n", true, "\x1b[31mred\x1b[0m\\u009d\n"),
            ("\x1b[31m", false, "\\u001b[31m"),
        ] {
            assert_eq!(line(text, coloured), expected, "{text:?}");
        }
    }
}
