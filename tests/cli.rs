//! The program as a shell sees it: arguments, stdout and stderr, exit codes, and a README that cannot lie.

#![expect(clippy::unwrap_used, reason = "a program that cannot be started has failed the test")]

use std::{
    fs,
    path::Path,
    process::{Command, Output, Stdio},
};

fn forumsift(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_forumsift"));
    command.args(arguments).stdin(Stdio::null()).env_remove("FORUMSIFT_CONFIG").env_remove("FORUMSIFT_LOG");
    command
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// Runs in an empty directory that has these files, and holds exit code, stdout and stderr (as far as told) against it.
fn check(arguments: &[&str], files: &[(&str, &str)], code: i32, out: &[&str], err: &[&str]) {
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = dir.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let command =
        forumsift(arguments).current_dir(dir.path()).env("XDG_CONFIG_HOME", dir.path().join("xdg")).output().unwrap();
    let told = format!("{arguments:?}\nstdout: {}\nstderr: {}", stdout(&command), stderr(&command));
    assert_eq!(command.status.code(), Some(code), "{told}");
    for words in out {
        assert!(stdout(&command).contains(words), "no {words:?}\n{told}");
    }
    for words in err {
        assert!(stderr(&command).contains(words), "no {words:?}\n{told}");
    }
    assert!(!out.is_empty() || stdout(&command).is_empty(), "stdout must be empty\n{told}");
    assert!(!err.is_empty() || stderr(&command).is_empty(), "stderr must be empty\n{told}");
}

const SOURCE: &str = "[[source]]\nname = \"a\"\nurl = \"http://a.example/\"\n";

#[test]
fn usage_is_an_answer_or_a_mistake() {
    check(&["--help"], &[], 0, &["Usage: forumsift", "completions"], &[]);
    check(&["--version"], &[], 0, &[env!("CARGO_PKG_VERSION")], &[]);
    check(&["check", "--help"], &[], 0, &["--config <FILE>"], &[]);
    check(&[], &[], 2, &[], &["Usage: forumsift"]);
    check(&["chekc"], &[], 2, &[], &["check"]);
    check(&["schema", "cheese"], &[], 2, &[], &["record, config"]);
    check(&["check", "-v", "-q"], &[], 2, &[], &["cannot be used with"]);
}

#[test]
fn check_finds_the_configuration_and_tells_all() {
    check(&["check"], &[], 2, &[], &["no configuration found; looked for $FORUMSIFT_CONFIG, forumsift.toml"]);
    check(&["check"], &[("forumsift.toml", SOURCE)], 0, &["forumsift.toml: no complaints, 1 source\n"], &[]);
    check(&["check"], &[("config/forumsift.toml", SOURCE)], 0, &["config/forumsift.toml: no complaints"], &[]);
    check(&["check"], &[("xdg/forumsift/config.toml", "")], 0, &["no complaints, 0 sources"], &[]);
    check(&["check", "-c", "x.toml"], &[("forumsift.toml", SOURCE)], 2, &[], &["error: x.toml: "]);
    let wrong = "[fetch]\nconections = 1\ntimeout = 3\n";
    check(
        &["check", "--config", "x.toml"],
        &[("x.toml", wrong)],
        2,
        &[],
        &["x.toml:2:1", "did you mean `connections`?", "x.toml:3:11", "^^"],
    );
}

#[test]
fn engines_of_a_configuration_are_checked_with_it() {
    let names = |engine: &str| format!("{SOURCE}engine = \"{engine}\"\n");
    check(&["check"], &[("forumsift.toml", &names("phpBB"))], 0, &["no complaints"], &[]);
    check(
        &["check"],
        &[("forumsift.toml", &names("phpb"))],
        2,
        &[],
        &["no engine is named `phpb`", "did you mean `phpbb`?"],
    );
    let broken = ("engines/mine.toml", "name = \"mine\"\nnonsense = 1\n");
    let config = format!("[output]\ntoo = \"-\"\n{}", names("mine"));
    check(&["check"], &[("forumsift.toml", &config), broken], 2, &[], &["unknown key `too`", "mine.toml", "nonsense"]);
}

#[test]
fn schemas_are_json_and_name_the_fields() {
    for (of, key) in [("record", "date_published"), ("config", "output")] {
        let output = forumsift(&["schema", of]).output().unwrap();
        assert!(output.status.success());
        let schema: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert!(schema["properties"].get(key).is_some(), "{schema:#}");
    }
}

#[test]
fn completions_are_for_every_shell() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let output = forumsift(&["completions", shell]).output().unwrap();
        assert!(output.status.success() && stdout(&output).contains("forumsift"), "{shell}");
    }
}

/// A reader that goes away is no bug: quiet, and not success.
#[test]
fn a_reader_that_goes_away_ends_it_quietly() {
    let mut child = forumsift(&["schema", "record"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), stderr(&output).as_str()), (Some(5), ""));
}

/// Usage blocks of README.md are what the program prints. `UPDATE=1` rewrites them.
#[test]
fn the_readme_equals_the_help() {
    let path = Path::new("README.md");
    let text = fs::read_to_string(path).unwrap();
    let mut written = String::new();
    let mut blocks = 0;
    let mut rest = text.as_str();
    while let Some(at) = rest.find("```text\n$ forumsift ") {
        let start = at + "```text\n".len();
        let end = start + rest[start..].find("```").unwrap();
        let command = rest[start..end].lines().next().unwrap();
        let arguments: Vec<&str> = command.split_whitespace().skip(2).collect();
        let output = forumsift(&arguments).output().unwrap();
        written.push_str(&rest[..start]);
        written.push_str(&format!("{command}\n{}\n", stdout(&output).trim_end()));
        rest = &rest[end..];
        blocks += 1;
    }
    written.push_str(rest);
    assert!(blocks > 0, "README.md has no usage block");
    if std::env::var_os("UPDATE").is_some() {
        fs::write(path, written).unwrap();
    } else {
        assert_eq!(
            text, written,
            "README.md is not what the program prints; `UPDATE=1 cargo test --test cli` rewrites it"
        );
    }
}

#[test]
fn engines_are_listed_shown_and_checked() {
    check(&["engine", "list"], &[], 0, &["discuz", "phpbb", "fluxbb"], &[]);
    check(&["engine", "show", "phpBB"], &[], 0, &["name = \"phpbb\"", "[[url]]"], &[]);
    check(&["engine", "show", "phpb"], &[], 2, &[], &["no engine is named `phpb`; did you mean `phpbb`?"]);
    check(&["engine", "check", "x.toml"], &[("x.toml", "name = 1\n")], 2, &["x.toml:1:8"], &[]);
    let own = "extends = \"phpbb\"\nname = \"mine\"\ntitle = \"Mine\"\n";
    check(&["engine", "list"], &[("engines/mine.toml", own)], 0, &["mine"], &[]);
    check(&["engine", "list", "--engines", "own"], &[("own/mine.toml", own)], 0, &["mine"], &[]);
}

/// README: `forumsift probe URL >> forumsift.toml`.
#[test]
fn what_probe_tells_is_a_piece_of_a_configuration() {
    for (page, url) in [
        ("phpbb-thread.html", "https://shed.example/viewtopic.php?t=15"),
        ("mybb-board.html", "https://shed.example/forumdisplay.php?fid=2"),
        ("generic-divs.html", "https://shed.example/talk/15"),
    ] {
        let told = forumsift(&["probe", &format!("tests/pages/{page}"), "--url", url]).output().unwrap();
        assert_eq!(told.status.code(), Some(0), "{page}: {}", stderr(&told));
        let source = stdout(&told);
        assert!(source.starts_with("# address   https://shed.example/"), "{source}");
        check(&["check", "-c", "a.toml"], &[("a.toml", &source)], 0, &["1 source"], &[]);
        if source.contains("# A draft") || source.contains("A draft of one") {
            let draft =
                forumsift(&["probe", "--profile", &format!("tests/pages/{page}"), "--url", url]).output().unwrap();
            assert_eq!(draft.status.code(), Some(0));
            assert!(stdout(&draft).parse::<toml::Table>().unwrap().contains_key("post"), "{}", stdout(&draft));
        }
    }
}

/// Boards' own wordings are tried line by line: what is known of all lines is an option, and a line that is not understood is
/// told with its number, without keeping the others back.
#[test]
fn notices_are_tried_line_by_line() {
    let lines = "Edited by night_owl at 7-11-2024 02:20 PM\n{\"input\": \"Touched up by night_owl, 5 minutes ago\", \"time_zone\": \"+08:00\"}\n\n";
    let own = "[[engine]]\nname = \"our board\"\n[[engine.notice]]\nlanguage = \"en\"\nedit = [\"Touched up by {user}, {date}\"]\n";
    let known = ["--notices", "own.toml", "--date-order", "mdy", "--fetched-at", "2024-11-07T15:00:00Z"];
    let arguments: Vec<&str> = ["extract", "--format", "notice", "lines.txt"].into_iter().chain(known).collect();
    check(
        &arguments,
        &[("lines.txt", lines), ("own.toml", own)],
        0,
        &[
            "\"date\":\"2024-07-11T14:20:00\"",
            "\"date\":\"2024-11-07T22:55:00+08:00\"",
            "{\"edit\":null,\"input\":\"\",\"rest\":\"\"}",
        ],
        &[],
    );
    check(
        &["extract", "--format", "notice", "lines.txt"],
        &[(
            "lines.txt",
            "{\"input\": \"x\", \"colour\": 1}\n{\"input\": x}\nEdited by night_owl at 17-11-2024 02:20 PM\n",
        )],
        4,
        &["\"line\":1", "\"line\":2", "night_owl"],
        &["lines.txt, line 1: unknown field `colour`", "lines.txt, line 2: no JSON object"],
    );
    check(
        &["extract", "--format", "notice", "--notices", "own.toml", "lines.txt"],
        &[
            ("lines.txt", ""),
            ("own.toml", "[[engine]]\nname = \"x\"\n[[engine.notice]]\nlanguage = \"en\"\nedit = [\"by {who}\"]"),
        ],
        2,
        &[],
        &["own.toml: ", "unknown slot"],
    );
}

/// Several files of one's own add up, and `check` reads them.
#[test]
fn files_of_ones_own_add_up() {
    let config =
        "[[source]]\nname = \"x\"\nurl = \"http://forum.example/\"\n[articles]\nfiles = [\"a.toml\", \"b.toml\"]\n";
    let first = ("a.toml", "names = [\"Valley Wire\"]\n");
    check(
        &["check"],
        &[("forumsift.toml", config), first, ("b.toml", "names = [\"Harbour Gazette\"]\n")],
        0,
        &["no complaints"],
        &[],
    );
    check(&["check"], &[("forumsift.toml", config), first, ("b.toml", "nmes = []\n")], 2, &[], &["b.toml: ", "nmes"]);
    let post = "(Valley Wire) — The ferry leaves at nine.\n\nNobody knows why.";
    check(
        &["extract", "--format", "text", "--articles", "a.toml", "--articles", "b.toml", "post.txt"],
        &[("post.txt", post), first, ("b.toml", "names = [\"Harbour Gazette\"]\n")],
        0,
        &["\"article\":{\"credit\":\"Valley Wire\""],
        &[],
    );
}
