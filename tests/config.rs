//! The configuration: every complaint with its place, the defaults, the manual that cannot lie.

use std::{path::Path, time::Duration};

use forumsift::{
    config::{self, Config, ConfigError, DEFAULT, Destination, SecretSource, StateLocation},
    model::{DateOrder, Limits, Posts, Schedule, Zone},
};
use jiff::tz::{Offset, TimeZone};

fn engines(_: &Path, name: &str) -> Result<(), Option<String>> {
    if ["discuz", "phpbb"].contains(&name) { Ok(()) } else { Err(None) }
}

fn parse(text: &str) -> Result<Config, ConfigError> {
    config::parse(text, Path::new("dir/forumsift.toml"), &engines)
}

/// The complaints of a text, one a line: `line:column message · hint`.
fn complaints(text: &str) -> String {
    match parse(text) {
        Ok(_) => String::new(),
        Err(ConfigError::Wrong(complaints)) => {
            let line = |complaint: &config::Complaint| {
                let (line, column) = complaints.place(complaint);
                let hint = complaint.hint.as_ref().map(|hint| format!(" · {hint}")).unwrap_or_default();
                format!("{line}:{column} {}{hint}", complaint.message)
            };
            complaints.iter().map(line).collect::<Vec<_>>().join("\n")
        }
        Err(other) => panic!("{other}"),
    }
}

fn check(text: &str, expected: &[&str]) {
    assert_eq!(complaints(text), expected.join("\n"), "\n{text}");
}

/// A source that is right, for tests of something else.
const SOURCE: &str = "[[source]]\nname = \"a\"\nurl = \"http://a.example/\"\n";

#[test]
fn all_complaints_are_told_at_once() {
    check(
        r#"
[output]
to = ""
rotate = "1MiB"
[fetch]
timeout = 30
conections = 3
connections = 0
retries = -1
[[source]]
name = "a b"
url = "forum.example.com"
date_order = "dym"
recheck = ["1h", "x", "2y"]
[[source]]
name = "one"
schedule = "61 * * * *"
time_zone = "Mars/Base"
[[source]]
name = "one"
url = "http://x.example/"
engine = "phpbbb"
posts = "frist"
limit = { threads = 0, page = 2 }
"#,
        &[
            "3:6 to: must not be empty",
            "4:1 unknown key `rotate` · known here: to, rotate_size, wait_for_space, markdown, html",
            "6:11 timeout: invalid type: integer `30`, expected a duration such as \"30s\", \"15m\", \"1h 30m\" or \"7d\"",
            "7:1 unknown key `conections` · did you mean `connections`?",
            "8:15 `connections` must be more than nothing",
            "9:11 retries: invalid value: integer `-1`, expected a whole number from 0 up",
            "11:8 name: `a b` is no name: at most 64 characters, no blanks, no slashes",
            "12:7 url: `forum.example.com` has no scheme: write https://forum.example.com",
            "13:14 unknown value `dym` · did you mean `dmy`?",
            "14:18 recheck: `x` is no duration: write a number and a unit (ms, s, m, h, d, w), such as \"30s\" or \"1h 30m\"",
            "14:23 recheck: `2y` is no duration: write a number and a unit (ms, s, m, h, d, w), such as \"30s\" or \"1h 30m\"",
            "15:1 this source has no `url`",
            "17:12 schedule: `61 * * * *` is no cron expression: Component error: Number out of bounds",
            "18:13 time_zone: `Mars/Base` is neither an IANA time zone (Asia/Kuala_Lumpur) nor an offset (+08:00)",
            "20:8 a source named `one` stands here already: the second",
            "22:10 no engine is named `phpbbb` · `forumsift engine list` names them; \"auto\" recognises",
            "23:9 unknown value `frist` · did you mean `first`?",
            "24:21 `threads` must be more than nothing",
            "24:24 unknown key `page` · did you mean `pages`?",
        ],
    );
}

#[test]
fn mistakes_have_their_place_and_their_hint() {
    check("[source]\nname = \"a\"\n", &["1:1 sources are a list of tables · write [[source]] with two brackets"]);
    check("outptu = 1\n", &["1:1 unknown key `outptu` · did you mean `output`?"]);
    check(
        &format!("{SOURCE}every = \"1h\"\nschedule = \"@daily\"\n"),
        &["5:12 `schedule` and `every` exclude each other · keep one of them"],
    );
    check(
        &format!("{SOURCE}cookie = {{}}\n"),
        &["4:10 a secret has exactly one place: `env` or `file` · cookie = { env = \"FORUM_COOKIE\" }"],
    );
    check(
        &format!("{SOURCE}cookie = {{ env = \"A\", file = \"b\" }}\n"),
        &["4:10 a secret has exactly one place: `env` or `file` · cookie = { env = \"FORUM_COOKIE\" }"],
    );
    check(
        "[defaults]\nname = \"a\"\ndelay = \"1\"\n",
        &[
            "2:8 `name` belongs in a [[source]]",
            "3:9 delay: `1` is no duration: write a number and a unit (ms, s, m, h, d, w), such as \"30s\" or \"1h 30m\"",
        ],
    );
    check("[output]\nmarkdown = \"yes\"\n", &["2:12 markdown: invalid type: string \"yes\", expected true or false"]);
    check(
        "output = [\"-\"]\n[defaults]\nlimit = [1]\n",
        &["1:10 output: invalid type: list, expected a table", "3:9 limit: invalid type: list, expected a table"],
    );
    check("[watch]\nlisten = \"9464\"\n", &["2:10 listen: `9464` is no address and port, such as \"127.0.0.1:9464\""]);
    check(&format!("{SOURCE}url = \"http://b.example/\"\n"), &["4:1 duplicate key"]);
    // Characters are counted, not bytes.
    check("[output]\n\"tö\" = 1\n", &["2:1 unknown key `tö` · did you mean `to`?"]);
    check(
        "[[source]]\nname = \"ä\"\nurl = \"http://ä.example/\"\nboards = { include = [\"ä\", 1, \"\"] }",
        &[
            "4:28 include: invalid type: integer `1`, expected text that is not empty",
            "4:31 include: must not be empty",
        ],
    );
}

#[test]
fn slips_of_syntax_are_told_with_their_place() {
    let told = complaints("[output\nto = \"-\"\n[fetch]\ntimeout = 30s\n");
    assert!(told.contains("1:8 ") && told.contains("4:1"), "{told}");
}

#[test]
fn files_that_are_named_must_exist() {
    let told = complaints(&format!(
        "[engines]\ndir = \"mine\"\n[notices]\nfiles = [\"n.toml\"]\n{SOURCE}replay = \"x.warc\"\n"
    ));
    assert_eq!(told.lines().count(), 3, "{told}");
    for (line, path) in told.lines().zip(["2:7 dir/mine: ", "4:10 dir/n.toml: ", "8:10 dir/x.warc: "]) {
        assert!(line.starts_with(path), "{told}");
    }
}

#[test]
fn a_complaint_never_shows_a_secret() {
    for text in [
        "[fetch]\nproxy = \"http://me:hunter2@proxy.example:1\"\n".to_owned(),
        format!("{SOURCE}cookie = \"hunter2\"\n"),
        format!("{SOURCE}cookie = [\"hunter2\"]\n"),
        "[[source]]\nname = \"a\"\nurl = \"https://me:hunter2@a.example/\"\n".to_owned(),
    ] {
        match parse(&text) {
            Err(ConfigError::Wrong(complaints)) => {
                assert_eq!(complaints.len(), 1, "{complaints}");
                for rendered in [complaints.render(false), complaints.render(true), complaints.to_string()] {
                    assert!(!rendered.contains("hunter2"), "{rendered}");
                    assert!(rendered.contains("dir/forumsift.toml:"), "{rendered}");
                }
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_rendered_complaint_has_line_and_caret() {
    let Err(error) = parse("[fetch]\nconections = 3\n") else { panic!("must not pass") };
    assert_eq!(
        error.to_string(),
        "error: unknown key `conections`\n --> dir/forumsift.toml:2:1\n  |\n2 | conections = 3\n  | ^^^^^^^^^^\n  |\n  = help: did you mean `connections`?"
    );
}

#[test]
fn what_is_written_is_meant() {
    let config = parse(
        r#"
[output]
to = "records"
rotate_size = "64kB"
markdown = true
[state]
path = "/var/s.db"
[fetch]
contact = "https://example.org/crawler"
proxy = "socks5://127.0.0.1:1080"
[archive]
to = "warc"
[watch]
listen = "127.0.0.1:9464"
[defaults]
delay = "2s"
every = "1d"
[[source]]
name = "full"
url = "https://forum.example.com/forum.php#top"
engine = "discuz"
boards = { include = ["News*"], exclude = ["Off-topic"] }
time_zone = "+08:00"
date_order = "mdy"
schedule = "*/15 * * * *"
schedule_zone = "Asia/Kuala_Lumpur"
posts = "first"
limit = { threads = 1000, pages = 50, since = "30d" }
recheck = []
cookie = { env = "FORUM_COOKIE" }
[[source]]
name = "plain"
url = "http://plain.example/"
delay = "0s"
cookie = { file = "cookie.txt" }
"#,
    )
    .unwrap();
    assert_eq!(config.output.to, Destination::Directory("dir/records".into()));
    assert_eq!((config.output.rotate_size, config.output.markdown, config.output.html), (64_000, true, false));
    assert_eq!(config.state, StateLocation::File("/var/s.db".into()));
    assert_eq!(config.fetch.contact.as_deref(), Some("https://example.org/crawler"));
    assert_eq!(config.archive.to.as_deref(), Some(Path::new("dir/warc")));
    assert_eq!(config.watch.listen, Some("127.0.0.1:9464".parse().unwrap()));
    let [full, plain] = config.sources.as_slice() else { panic!("two sources") };
    let settings = &full.settings;
    assert_eq!(settings.url.as_str(), "https://forum.example.com/forum.php");
    assert_eq!(settings.engine.as_deref(), Some("discuz"));
    assert_eq!(settings.time_zone, Some(Zone::Fixed(Offset::from_seconds(28800).unwrap())));
    assert_eq!(settings.date_order, Some(DateOrder::Mdy));
    assert_eq!(
        (settings.include_boards.as_slice(), settings.exclude_boards.as_slice()),
        (&["News*".to_owned()][..], &["Off-topic".to_owned()][..])
    );
    assert_eq!(settings.posts, Posts::First);
    let month = Duration::from_secs(30 * 86_400);
    assert_eq!(settings.limits, Limits { threads: Some(1000), pages: Some(50), since: Some(month) });
    assert_eq!(settings.delay, Duration::from_secs(2));
    assert!(settings.recheck.is_empty());
    let zone = TimeZone::get("Asia/Kuala_Lumpur").unwrap();
    assert_eq!(full.schedule, Some(Schedule::cron("*/15 * * * *", zone).unwrap()));
    assert_eq!(full.cookie, Some(SecretSource::Env("FORUM_COOKIE".to_owned())));
    assert_eq!(plain.settings.delay, Duration::ZERO);
    assert_eq!(plain.schedule, Some(Schedule::Every(Duration::from_secs(86_400))));
    assert_eq!(plain.cookie, Some(SecretSource::File("dir/cookie.txt".into())));
}

/// The defaults as code would state them: `config/default.toml` must say the very same.
#[test]
fn the_embedded_file_holds_the_defaults() {
    for config in [Config::default(), parse(SOURCE).unwrap(), parse(&format!("{DEFAULT}\n{SOURCE}")).unwrap()] {
        assert_eq!(config.output.to, Destination::Stdout);
        assert_eq!((config.output.rotate_size, config.output.markdown, config.output.html), (256 << 20, false, false));
        assert_eq!(config.output.wait_for_space, Duration::from_secs(600));
        assert!(matches!(&config.state, StateLocation::File(path) if path.ends_with("state/forumsift.db")));
        assert_eq!(config.fetch.contact, None);
        assert_eq!(config.fetch.connections, 32);
        assert_eq!(config.fetch.timeout, Duration::from_secs(30));
        assert_eq!(config.fetch.connect_timeout, Duration::from_secs(10));
        assert_eq!(config.fetch.max_page, 16 << 20);
        assert_eq!(config.fetch.retries, 4);
        assert_eq!(config.fetch.retry_after_cap, Duration::from_secs(86_400));
        assert_eq!(config.fetch.proxy, None);
        assert_eq!((config.archive.to.as_ref(), config.archive.quarantine.as_ref()), (None, None));
        assert_eq!(config.watch.listen, None);
        assert!(config.engines_dir.ends_with("engines"));
        assert!(config.notice_files.is_empty() && config.article_files.is_empty());
        for settings in config.sources.iter().map(|source| &source.settings).chain([&config.defaults]) {
            assert_eq!((&settings.engine, &settings.time_zone, settings.date_order), (&None, &None, None));
            assert!(settings.include_boards.is_empty() && settings.exclude_boards.is_empty());
            assert_eq!(settings.posts, Posts::All);
            assert_eq!(settings.limits, Limits::default());
            assert_eq!(settings.delay, Duration::from_secs(1));
            assert_eq!(settings.recheck, [3600, 86_400, 604_800].map(Duration::from_secs));
        }
        for source in &config.sources {
            assert_eq!((&source.schedule, &source.replay, &source.cookie), (&None, &None, &None));
        }
    }
}

/// The manual names every key that the schema has, and what it shows commented out is right too.
#[test]
fn the_embedded_file_has_every_key() {
    let mut manual = String::new();
    for line in DEFAULT.lines() {
        // `#key = …` without a blank is a key without a default.
        let shown = line.strip_prefix('#').filter(|rest| rest.starts_with(|c: char| c.is_ascii_lowercase()));
        manual.push_str(shown.unwrap_or(line));
        manual.push('\n');
    }
    let manual: toml::Table = toml::from_str(&manual).expect("the manual is TOML with its examples uncommented");
    let schema = config::json_schema();
    let tables = schema["properties"].as_object().unwrap();
    assert!(tables.len() >= 10, "{tables:?}");
    for (table, property) in tables.iter().filter(|(table, _)| *table != "source") {
        let place = table.len() + 4;
        check(&format!("{table} = []\n"), &[&format!("1:{place} {table}: invalid type: list, expected a table")]);
        let name = property["$ref"].as_str().or(property["allOf"][0]["$ref"].as_str()).unwrap();
        let keys = schema["$defs"][name.rsplit('/').next().unwrap()]["properties"].as_object().unwrap();
        let written = manual[table].as_table().unwrap();
        for key in keys.keys().filter(|key| table != "defaults" || !["name", "url"].contains(&key.as_str())) {
            assert!(written.contains_key(key), "config/default.toml lacks [{table}] {key}");
            // The line before a key says why.
            let lines: Vec<&str> = DEFAULT.lines().collect();
            let at =
                lines.iter().position(|line| line.trim_start_matches('#').starts_with(&format!("{key} = "))).unwrap();
            assert!(lines[at - 1].starts_with("# "), "config/default.toml gives no reason for {key}");
        }
    }
    let mut examples = manual.clone();
    // A file that is only shown need not exist, and two ways to say when exclude each other.
    let defaults = examples["defaults"].as_table_mut().unwrap();
    defaults.remove("replay");
    defaults.remove("every");
    check(&toml::to_string(&examples).unwrap(), &[]);
}

#[test]
fn a_secret_is_read_where_it_lies_and_never_told() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("cookie");
    std::fs::write(&file, "  session=1\n").unwrap();
    assert_eq!(SecretSource::File(file.clone()).read(), Ok("session=1".to_owned()));
    std::fs::write(&file, "\n").unwrap();
    assert!(SecretSource::File(file).read().unwrap_err().contains("is empty"));
    assert!(SecretSource::File(dir.path().join("none")).read().is_err());
    assert!(SecretSource::Env("FORUMSIFT_TEST_NO_SUCH_VARIABLE".to_owned()).read().unwrap_err().contains("is not set"));
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let missing = config::load(Path::new("no/such/file.toml"), &engines).unwrap_err();
    assert!(missing.to_string().starts_with("no/such/file.toml: "), "{missing}");
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("latin.toml");
    std::fs::write(&file, b"[output]\nto = \"caf\xe9\"\n").unwrap();
    let told = config::load(&file, &engines).unwrap_err().to_string();
    assert!(told.contains("the file is not UTF-8") && told.contains("latin.toml:2:10"), "{told}");
}

#[test]
fn other_ways_to_write_the_same() {
    let config =
        parse("\u{feff}fetch.timeout = '5s'\r\nsource = [{ name = \"a\", url = \"http://a.example\" }]\r\n").unwrap();
    assert_eq!(config.fetch.timeout, Duration::from_secs(5));
    assert_eq!(config.sources[0].settings.url.as_str(), "http://a.example/");
    check(
        "fetch.timeout = '5x'\r\nfetch.retires = 1\r\nsource = [{ name = \"a\", uri = 1 }, 2]\r\n",
        &[
            "1:17 timeout: `5x` is no duration: write a number and a unit (ms, s, m, h, d, w), such as \"30s\" or \"1h 30m\"",
            "2:7 unknown key `retires` · did you mean `retries`?",
            "3:11 this source has no `url`",
            "3:25 unknown key `uri` · did you mean `url`?",
            "3:36 sources are a list of tables · write [[source]] with two brackets",
        ],
    );
}

proptest::proptest! {
    /// Whatever is done to a file, reading it ends, and every complaint has a place that can be shown.
    #[test]
    fn a_spoilt_file_is_told_not_feared(at in 0usize..8000, cut in 0usize..40, put in "[\\PC\n\"#=\\[\\]{}.]{0,12}") {
        let mut text = format!("{DEFAULT}\n{SOURCE}cookie = {{ env = \"A\" }}\nrecheck = [\"1h\", \"2d\"]\n");
        let start = (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap();
        let end = (start..=text.len()).find(|end| *end >= start + cut.min(text.len() - start) && text.is_char_boundary(*end)).unwrap();
        text.replace_range(start..end, &put);
        if let Err(error) = parse(&text) {
            let ConfigError::Wrong(complaints) = &error else { panic!("{error}") };
            assert!(!complaints.is_empty());
            for complaint in complaints.iter() {
                let (line, column) = complaints.place(complaint);
                assert!(line <= text.matches('\n').count() + 1 && column >= 1);
            }
            assert!(complaints.render(true).len() >= complaints.render(false).len());
        }
    }
}
