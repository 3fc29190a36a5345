//! Values that a configuration writes as text: each is read where it stands, so that a mistake is told with its place.

use std::{borrow::Cow, fmt, ops::Range, path::PathBuf, time::Duration};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, de};
use toml::Spanned;
use url::Url;

use crate::model::Zone;

/// A value with its place in the file.
#[derive(Clone, Debug)]
pub(super) struct Told<T> {
    pub(super) span: Range<usize>,
    pub(super) value: T,
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Told<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let spanned = Spanned::<T>::deserialize(deserializer)?;
        Ok(Told { span: spanned.span(), value: spanned.into_inner() })
    }
}

impl<T: JsonSchema> JsonSchema for Told<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }
    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }
    fn schema_id() -> Cow<'static, str> {
        T::schema_id()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

/// Declares a value that is written as text: its Rust type, what a reader of an error is told to write, the pattern that
/// an editor may check, and the function that reads it.
macro_rules! text_value {
    ($name:ident($inner:ty), $expected:literal, $pattern:literal, $parse:expr) => {
        #[doc = concat!("Written as ", $expected, ".")]
        #[derive(Clone, Debug, PartialEq)]
        pub(super) struct $name(pub(super) $inner);

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Reader;
                impl de::Visitor<'_> for Reader {
                    type Value = $name;
                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str($expected)
                    }
                    fn visit_str<E: de::Error>(self, text: &str) -> Result<$name, E> {
                        let parse: fn(&str) -> Result<$inner, String> = $parse;
                        parse(text).map($name).map_err(E::custom)
                    }
                }
                deserializer.deserialize_str(Reader)
            }
        }

        impl JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }
            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": "string", "pattern": $pattern })
            }
        }
    };
}

text_value!(
    DurationText(Duration),
    "a duration such as \"30s\", \"15m\", \"1h 30m\" or \"7d\"",
    r"^\s*(\d+\s*[a-z]+\s*)+$",
    parse_duration
);
text_value!(SizeText(u64), "a size such as \"256MiB\" or \"64kB\"", r"^\s*\d+\s*[A-Za-z]*\s*$", parse_size);
text_value!(ZoneText(Zone), "a zone such as \"Asia/Kuala_Lumpur\" or \"+08:00\"", r"^.+$", Zone::parse);
text_value!(ScheduleZone(Option<Zone>), "\"local\" or a zone such as \"Asia/Kuala_Lumpur\"", r"^.+$", |text| {
    if text == "local" { Ok(None) } else { Zone::parse(text).map(Some) }
});
text_value!(CronText(String), "a cron expression such as \"*/15 * * * *\"", r"^.+$", parse_cron);
text_value!(WebAddress(Url), "an http or https address", r"^https?://.+", parse_web_address);
text_value!(
    ProxyAddress(String),
    "a proxy such as \"http://127.0.0.1:8080\" or \"socks5://127.0.0.1:1080\"",
    r"^[a-z0-9]+://.+",
    parse_proxy
);
text_value!(SourceName(String), "a name without blanks and slashes", r"^[^\s/]{1,64}$", parse_source_name);
text_value!(Filled(String), "text that is not empty", r"\S", parse_filled);
text_value!(PathText(PathBuf), "a path", r".", |text| parse_filled(text).map(PathBuf::from));
text_value!(SocketText(std::net::SocketAddr), "an address and port such as \"127.0.0.1:9464\"", r":\d+$", |text| {
    text.parse().map_err(|_| format!("`{text}` is no address and port, such as \"127.0.0.1:9464\""))
});

/// A duration as people write it: numbers with the units `ms`, `s`, `m`, `h`, `d`, `w`, added up.
///
/// # Errors
/// A sentence for people that names what was not understood.
pub fn parse_duration(text: &str) -> Result<Duration, String> {
    let wrong = || {
        format!("`{text}` is no duration: write a number and a unit (ms, s, m, h, d, w), such as \"30s\" or \"1h 30m\"")
    };
    let mut rest = text.trim();
    if rest.is_empty() {
        return Err(wrong());
    }
    let mut total = Duration::ZERO;
    while !rest.is_empty() {
        let (number, unit, after) = number_and_unit(rest).ok_or_else(wrong)?;
        let millis: u64 = match unit {
            "ms" => 1,
            "s" | "sec" => 1000,
            "m" | "min" => 60_000,
            "h" => 3_600_000,
            "d" => 86_400_000,
            "w" => 604_800_000,
            _ => return Err(wrong()),
        };
        let part = number.checked_mul(millis).ok_or_else(|| format!("`{text}` is too long"))?;
        total = total.checked_add(Duration::from_millis(part)).ok_or_else(|| format!("`{text}` is too long"))?;
        rest = after.trim_start();
    }
    Ok(total)
}

fn parse_size(text: &str) -> Result<u64, String> {
    let wrong =
        || format!("`{text}` is no size: write a number and a unit (B, kB, KiB, MB, MiB, GB, GiB), such as \"256MiB\"");
    let (number, unit, after) = number_and_unit(text.trim()).ok_or_else(wrong)?;
    let factor: u64 = match unit.to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "kb" => 1000,
        "kib" => 1 << 10,
        "mb" => 1_000_000,
        "mib" => 1 << 20,
        "gb" => 1_000_000_000,
        "gib" => 1 << 30,
        _ => return Err(wrong()),
    };
    if !after.is_empty() {
        return Err(wrong());
    }
    number.checked_mul(factor).ok_or_else(|| format!("`{text}` is too large"))
}

/// `15 min rest` is 15, `min` and ` rest`.
fn number_and_unit(text: &str) -> Option<(u64, &str, &str)> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let number = text[..digits].parse().ok()?;
    let rest = text[digits..].trim_start();
    let letters = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len());
    Some((number, &rest[..letters], &rest[letters..]))
}

fn parse_cron(text: &str) -> Result<String, String> {
    crate::model::Schedule::cron(text, jiff::tz::TimeZone::UTC).map(|_| text.to_owned())
}

fn parse_web_address(text: &str) -> Result<Url, String> {
    let mut url = match Url::parse(text) {
        Ok(url) => url,
        Err(url::ParseError::RelativeUrlWithoutBase) => {
            return Err(format!("`{text}` has no scheme: write https://{}", text.trim_start_matches('/')));
        }
        Err(error) => return Err(format!("`{text}` is no address: {error}")),
    };
    if !matches!(url.scheme(), "http" | "https") {
        return Err(format!("`{text}` is neither http nor https"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("an address here must not hold a user or a password".to_owned());
    }
    url.set_fragment(None);
    Ok(url)
}

fn parse_proxy(text: &str) -> Result<String, String> {
    let url = Url::parse(text)
        .map_err(|error| format!("a proxy is an address such as \"http://127.0.0.1:8080\": {error}"))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err("a secret never stands in the configuration: leave user and password out of the proxy".to_owned());
    }
    match url.scheme() {
        "http" | "https" | "socks4" | "socks4a" | "socks5" | "socks5h" if url.has_host() => Ok(text.to_owned()),
        scheme => Err(format!("`{scheme}` is no kind of proxy: http, https, socks4, socks4a, socks5 or socks5h")),
    }
}

fn parse_source_name(text: &str) -> Result<String, String> {
    if text.is_empty() {
        return Err("a name must not be empty".to_owned());
    }
    if text.chars().count() > 64 || text.contains(|c: char| c == '/' || c.is_whitespace() || c.is_control()) {
        return Err(format!("`{}` is no name: at most 64 characters, no blanks, no slashes", text.escape_debug()));
    }
    Ok(text.to_owned())
}

fn parse_filled(text: &str) -> Result<String, String> {
    if text.trim().is_empty() { Err("must not be empty".to_owned()) } else { Ok(text.to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_numbers_with_units() {
        for (text, seconds) in [
            ("30s", 30.0),
            ("15m", 900.0),
            ("1h 30m", 5400.0),
            ("1h30m", 5400.0),
            ("30 d", 2_592_000.0),
            ("0s", 0.0),
            ("250ms", 0.25),
            ("2w", 1_209_600.0),
        ] {
            assert_eq!(parse_duration(text), Ok(Duration::from_secs_f64(seconds)), "{text}");
        }
        for text in ["", "30", "s", "1x", "-1s", "1.5h", "99999999999999999999s", "18446744073709551615w"] {
            assert!(parse_duration(text).is_err(), "{text}");
        }
    }

    #[test]
    fn sizes_are_numbers_with_units() {
        for (text, bytes) in [("256MiB", 268_435_456), ("64kB", 64_000), ("16 mib", 16_777_216), ("7", 7), ("7B", 7)] {
            assert_eq!(parse_size(text), Ok(bytes), "{text}");
        }
        for text in ["", "MiB", "1PiB", "1MiB 2", "-1", "99999999999GiB"] {
            assert!(parse_size(text).is_err(), "{text}");
        }
    }

    #[test]
    fn addresses_names_and_proxies() {
        assert_eq!(parse_web_address("https://a.example/x#y").map(String::from), Ok("https://a.example/x".to_owned()));
        for text in ["a.example", "ftp://a.example/", "https://", "https://u:p@a.example/", "javascript:alert(1)"] {
            assert!(parse_web_address(text).is_err(), "{text}");
        }
        assert!(!parse_proxy("http://user:hunter2@proxy:1/").unwrap_err().contains("hunter2"));
        assert!(parse_proxy("socks5://127.0.0.1:1080").is_ok());
        assert!(parse_proxy("gopher://x").is_err());
        for text in ["", "a b", "a/b", "a\nb"] {
            assert!(parse_source_name(text).is_err(), "{text}");
        }
        assert!(parse_source_name("时事-1").is_ok());
    }
}
