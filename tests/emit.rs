//! Where records leave: rotation, torn lines, files that others move, and reading back.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{fs, io::Write, path::Path};

use forumsift::emit::{EmitError, Line, RotatingFile, Since, Sink, StreamSink, TailOptions, tail};

fn line(seq: u64) -> Line {
    let text = "x".repeat(seq as usize % 37);
    let source = if seq.is_multiple_of(2) { "even" } else { "odd" };
    let time = format!("2026-11-{:02}T00:00:00Z", 1 + seq / 10);
    let line = format!("{{\"seq\":{seq},\"source\":\"{source}\",\"fetched_at\":\"{time}\",\"text\":\"{text}\"}}\n");
    Line { seq, bytes: line.into_bytes() }
}

fn lines(seqs: std::ops::RangeInclusive<u64>) -> Vec<Line> {
    seqs.map(line).collect()
}

fn bytes(seqs: std::ops::RangeInclusive<u64>) -> Vec<u8> {
    lines(seqs).into_iter().flat_map(|line| line.bytes).collect()
}

fn read_back(dir: &Path, options: &TailOptions) -> Vec<u8> {
    let mut out = Vec::new();
    tail(dir, options, &mut out).unwrap();
    out
}

fn names(dir: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn full_files_are_compressed_and_read_back_in_order() {
    let dir = tempfile::tempdir().unwrap();
    for step in [1, 7, 100] {
        let dir = dir.path().join(step.to_string());
        let mut sink = RotatingFile::open(&dir, 1000, 0).unwrap();
        for from in (1..=100).step_by(step) {
            sink.write(&lines(from..=(from + step as u64 - 1).min(100))).unwrap();
            assert_eq!(sink.flush().unwrap(), (from + step as u64 - 1).min(100));
        }
        drop(sink);
        let found = names(&dir);
        assert!(found.len() > 5 && found.contains(&"records-000000000001.jsonl.zst".to_owned()), "{found:?}");
        assert!(found.iter().all(|name| name == "records.jsonl" || name.ends_with(".jsonl.zst")), "{found:?}");
        assert_eq!(read_back(&dir, &TailOptions::default()), bytes(1..=100));
        for seq in 0..=100 {
            let options = TailOptions { since: Some(Since::Seq(seq)), source: None };
            assert_eq!(read_back(&dir, &options), bytes(seq + 1..=100), "since {seq}");
        }
        let options = TailOptions { since: Some(Since::Time("2026-11-09T00:00:00Z".parse().unwrap())), source: None };
        assert_eq!(read_back(&dir, &options), bytes(80..=100));
        let options = TailOptions { since: Some(Since::Seq(95)), source: Some("odd".to_owned()) };
        assert_eq!(read_back(&dir, &options), [97, 99].map(|seq| line(seq).bytes).concat());
    }
}

/// Whatever an earlier process has left, writing the lines again leaves each there once.
#[test]
fn a_restart_neither_misses_nor_doubles_nor_tears() {
    let whole = bytes(1..=12);
    let dir = tempfile::tempdir().unwrap();
    for cut in 0..=whole.len() {
        let dir = dir.path().join(cut.to_string());
        fs::create_dir(&dir).unwrap();
        fs::write(dir.join("records.jsonl"), &whole[..cut]).unwrap();
        let arrived = whole[..cut].iter().filter(|byte| **byte == b'\n').count() as u64;
        // the state may have learnt of less than what is there
        let confirmed = arrived.saturating_sub(cut as u64 % 4);
        let mut sink = RotatingFile::open(&dir, 1 << 20, confirmed).unwrap();
        assert_eq!(sink.position(), arrived, "cut at {cut}");
        sink.write(&lines(confirmed + 1..=12)).unwrap();
        assert_eq!(sink.flush().unwrap(), 12);
        assert_eq!(fs::read(dir.join("records.jsonl")).unwrap(), whole, "cut at {cut}");
    }
}

#[test]
fn a_restart_completes_a_rotation_that_was_cut_short() {
    let dir = tempfile::tempdir().unwrap();
    let packed = zstd::encode_all(&bytes(1..=5)[..], 3).unwrap();
    let plain = ("records-000000000001.jsonl", bytes(1..=5));
    let states: [&[(&str, Vec<u8>)]; 5] = [
        // renamed, and no live file yet
        std::slice::from_ref(&plain),
        &[plain.clone(), ("records.jsonl", vec![])],
        // half compressed
        &[plain.clone(), ("records-000000000001.jsonl.zst.part", packed[..9].to_vec()), ("records.jsonl", vec![])],
        // compressed, and the plain one still there
        &[plain.clone(), ("records-000000000001.jsonl.zst", packed.clone()), ("records.jsonl", vec![])],
        &[("records-000000000001.jsonl.zst", packed.clone()), ("records.jsonl", bytes(6..=6))],
    ];
    for (at, files) in states.iter().enumerate() {
        let dir = dir.path().join(at.to_string());
        fs::create_dir(&dir).unwrap();
        for (name, content) in *files {
            fs::write(dir.join(name), content).unwrap();
        }
        let mut sink = RotatingFile::open(&dir, 1 << 20, 3).unwrap();
        assert!(sink.position() >= 5, "state {at}");
        sink.write(&lines(4..=8)).unwrap();
        sink.flush().unwrap();
        assert_eq!(names(&dir), ["records-000000000001.jsonl.zst", "records.jsonl"], "state {at}");
        assert_eq!(read_back(&dir, &TailOptions::default()), bytes(1..=8), "state {at}");
    }
}

#[test]
fn an_end_that_is_no_record_of_ours_is_cut_off() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("records.jsonl"), [bytes(1..=2), b"\0\0\0\0".to_vec()].concat()).unwrap();
    let mut sink = RotatingFile::open(dir.path(), 1 << 20, 2).unwrap();
    sink.write(&lines(3..=4)).unwrap();
    assert_eq!(fs::read(dir.path().join("records.jsonl")).unwrap(), bytes(1..=4));
}

#[test]
fn a_live_file_that_others_move_remove_or_cut_is_noticed() {
    let dir = tempfile::tempdir().unwrap();
    let live = dir.path().join("records.jsonl");
    let mut sink = RotatingFile::open(dir.path(), 1 << 20, 0).unwrap();
    sink.write(&lines(1..=3)).unwrap();
    // logrotate with create
    fs::rename(&live, dir.path().join("old")).unwrap();
    fs::write(&live, "").unwrap();
    sink.reopen().unwrap();
    sink.write(&lines(4..=6)).unwrap();
    assert_eq!(fs::read(dir.path().join("old")).unwrap(), bytes(1..=3));
    assert_eq!(fs::read(&live).unwrap(), bytes(4..=6));
    // and without being told
    fs::remove_file(&live).unwrap();
    sink.write(&lines(7..=8)).unwrap();
    assert_eq!(fs::read(&live).unwrap(), bytes(7..=8));
    // copytruncate
    fs::File::options().write(true).open(&live).unwrap().set_len(0).unwrap();
    sink.write(&lines(9..=9)).unwrap();
    assert_eq!(fs::read(&live).unwrap(), bytes(9..=9));
    assert_eq!(sink.flush().unwrap(), 9);
}

#[test]
fn a_reader_that_goes_is_told_apart() {
    let (reader, writer) = std::io::pipe().unwrap();
    let mut sink = StreamSink::to(writer, 2);
    sink.write(&lines(1..=4)).unwrap();
    assert_eq!(sink.flush().unwrap(), 4);
    drop(reader);
    assert!(matches!(sink.write(&lines(5..=5)), Err(EmitError::ReaderGone)));
    assert_eq!(sink.position(), 4);
    let mut sink = StreamSink::to(Vec::new(), 2);
    sink.write(&lines(1..=4)).unwrap();
    assert_eq!(sink.into_inner(), bytes(3..=4));
}

#[test]
fn a_full_disk_is_told_apart() {
    // a device that refuses every byte
    let Ok(mut full) = fs::File::options().write(true).open("/dev/full") else { return };
    assert!(full.write(b"x").is_err());
    let mut sink = StreamSink::to(full, 0);
    assert!(matches!(sink.write(&lines(1..=1)), Err(EmitError::Full { .. })));
    assert_eq!(sink.position(), 0);
}
