//! A configuration that is wrong, or another one than before.

use std::fs;

use super::rig::{FILES, Rig, ends, told};

#[test]
fn row_13_every_mistake_is_told_at_once_and_nothing_is_fetched() {
    let rig = Rig::new(3, FILES);
    fs::create_dir(rig.path("engines")).unwrap();
    fs::write(
        rig.path("engines/mine.toml"),
        "name = \"mine\"\ntitle = \"Mine\"\nextends = \"phpbb\"\n[post]\nitem = \"div[[\"\n[marks]\nbody = '(('\n",
    )
    .unwrap();
    let wrong = "time_zone = \"Mars/Base\"\nschedule = \"61 * * * *\"\nposts = \"some\"";
    let another = "[[source]]\nname = \"forum\"\nurl = \"ftp://x.example/\"\ndelya = \"1s\"\n";
    rig.configure(|text| format!("{}\n{another}", text.replace("time_zone = \"Europe/Moscow\"", wrong)));
    for command in ["check", "run", "watch"] {
        let words = told(&ends(rig.crawl.command(&[command]), 2));
        for complaint in ["61", "Mars/Base", "delya", "did you mean `delay`", "ftp", "some"] {
            assert!(words.contains(complaint), "no {complaint}: {words}");
        }
        assert!(words.contains("forumsift.toml:"), "a place with line and column: {words}");
    }
    // a syntax error has a place too
    fs::write(rig.path("forumsift.toml"), "[output\nto = 1\n").unwrap();
    let words = told(&ends(rig.crawl.command(&["run"]), 2));
    assert!(words.contains("forumsift.toml:1"), "{words}");
    // and so have a selector and an expression that do not compile
    fs::write(rig.path("forumsift.toml"), "[[source]]\nname = \"a\"\nurl = \"http://127.0.0.1:9/\"\n").unwrap();
    let words = told(&ends(rig.crawl.command(&["run"]), 2));
    assert!(words.contains("mine.toml") && words.contains("div[["), "{words}");
    assert!(rig.server.log().is_empty(), "something was fetched");
}

#[test]
fn row_14_what_changes_in_a_configuration_between_runs_repeats_no_post() {
    let rig = Rig::new(6, FILES);
    rig.run(0);
    let records = || rig.crawl.records().unwrap().lines().count();
    let first = records();
    // another delay, and another selector that finds the same
    fs::create_dir(rig.path("engines")).unwrap();
    fs::write(rig.path("engines/mine.toml"), "name = \"mine\"\ntitle = \"Mine\"\nextends = \"phpbb\"\n").unwrap();
    rig.configure(|text| text.replace("delay = \"0s\"", "delay = \"1ms\"").replace("\"phpbb\"", "\"mine\""));
    rig.run(0);
    assert_eq!(records(), first);
    // a source with another name whose state was renamed
    rig.configure(|text| text.replace("\"forum\"", "\"harbour\""));
    ends(rig.crawl.command(&["state", "rename", "forum", "harbour"]), 0);
    rig.run(0);
    assert_eq!(records(), first);
    let words = told(&ends(rig.crawl.command(&["state", "rename", "forum", "harbour"]), 2));
    assert!(words.contains("no source `forum`"), "{words}");
    // without that it is a new one, with ids of its own
    rig.configure(|text| text.replace("\"harbour\"", "\"pier\""));
    rig.run(0);
    assert_eq!(records(), 2 * first);
    let lines = rig.crawl.records().unwrap();
    assert_eq!(lines.lines().filter(|line| line.contains("\"id\":\"pier/")).count(), first);
}
