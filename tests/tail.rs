//! Reading on while records are written: rotation, files that others move, truncate or compress, and a reader that goes.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Command, Stdio},
};

use forumsift::emit::{EmitError, Line, RotatingFile, Since, Sink, TailOptions, follow};

fn line(seq: u64) -> Line {
    let source = if seq.is_multiple_of(2) { "even" } else { "odd" };
    let text = "x".repeat(seq as usize % 37);
    let line = format!(
        "{{\"seq\":{seq},\"source\":\"{source}\",\"fetched_at\":\"2026-11-20T00:00:00Z\",\"text\":\"{text}\"}}\n"
    );
    Line { seq, bytes: line.into_bytes() }
}

fn write(sink: &mut RotatingFile, seqs: std::ops::RangeInclusive<u64>) {
    sink.write(&seqs.map(line).collect::<Vec<_>>()).unwrap();
    sink.flush().unwrap();
}

fn expected(seqs: impl IntoIterator<Item = u64>) -> Vec<u8> {
    seqs.into_iter().flat_map(|seq| line(seq).bytes).collect()
}

/// Follows while `steps` happen, one at each wait, and returns all that was read.
fn read_on(dir: &Path, options: &TailOptions, mut steps: Vec<Box<dyn FnMut() + '_>>) -> Vec<u8> {
    let mut out = Vec::new();
    steps.reverse();
    let mut rest = 2;
    follow(dir, options, &mut out, &mut || match steps.pop() {
        Some(mut step) => {
            step();
            true
        }
        // what the last step wrote is still to be read
        None => {
            rest -= 1;
            rest > 0
        }
    })
    .unwrap();
    out
}

#[test]
fn every_record_once_whatever_becomes_of_the_files() {
    let dir = tempfile::tempdir().unwrap();
    let (dir, live) = (dir.path(), dir.path().join("records.jsonl"));
    // small files, so that one step fills several of them between two looks
    let sink = std::cell::RefCell::new(Some(RotatingFile::open(dir, 700, 0).unwrap()));
    let write = |seqs| write(sink.borrow_mut().as_mut().unwrap(), seqs);
    write(1..=5);
    let out = read_on(
        dir,
        &TailOptions::default(),
        vec![
            Box::new(|| write(6..=8)),
            Box::new(|| write(9..=60)),
            // half a line, and its other half
            Box::new(|| {
                let torn = &line(61).bytes[..20];
                fs::OpenOptions::new().append(true).open(&live).unwrap().write_all(torn).unwrap();
            }),
            Box::new(|| {
                // the old one first: it may still compress what it has put aside
                drop(sink.take());
                *sink.borrow_mut() = Some(RotatingFile::open(dir, 1 << 20, 60).unwrap());
                write(61..=61);
            }),
            // moved away with lines that nobody has read yet, as logrotate does it
            Box::new(|| {
                write(62..=64);
                fs::rename(&live, dir.join("moved")).unwrap();
                fs::write(&live, "").unwrap();
                write(65..=66);
            }),
            // the same, with lines that come to the moved file before the writer is told
            Box::new(|| {
                fs::rename(&live, dir.join("moved-again")).unwrap();
                fs::write(&live, "").unwrap();
            }),
            Box::new(|| {
                let late = line(67).bytes;
                fs::OpenOptions::new().append(true).open(dir.join("moved-again")).unwrap().write_all(&late).unwrap();
            }),
            // truncated by someone: what was read stays read
            Box::new(|| fs::File::options().write(true).open(&live).unwrap().set_len(0).unwrap()),
            Box::new(|| write(68..=70)),
            Box::new(|| fs::remove_file(&live).unwrap()),
            Box::new(|| write(71..=71)),
        ],
    );
    assert_eq!(String::from_utf8(out).unwrap(), String::from_utf8(expected(1..=71)).unwrap());
}

#[test]
fn only_what_is_asked_for() {
    let dir = tempfile::tempdir().unwrap();
    let sink = std::cell::RefCell::new(RotatingFile::open(dir.path(), 700, 0).unwrap());
    write(&mut sink.borrow_mut(), 1..=40);
    let options = TailOptions { since: Some(Since::Seq(37)), source: Some("odd".to_owned()) };
    let out = read_on(dir.path(), &options, vec![Box::new(|| write(&mut sink.borrow_mut(), 41..=44))]);
    assert_eq!(out, expected([39, 41, 43]));
}

#[test]
fn a_directory_that_is_empty_yet_is_waited_for() {
    let dir = tempfile::tempdir().unwrap();
    let write = || {
        let mut sink = RotatingFile::open(dir.path(), 1 << 20, 0).unwrap();
        write(&mut sink, 1..=3);
    };
    assert_eq!(read_on(dir.path(), &TailOptions::default(), vec![Box::new(write)]), expected(1..=3));
}

#[test]
fn a_reader_that_goes_ends_it() {
    struct Gone;
    impl Write for Gone {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let dir = tempfile::tempdir().unwrap();
    write(&mut RotatingFile::open(dir.path(), 1 << 20, 0).unwrap(), 1..=1);
    let ended = follow(dir.path(), &TailOptions::default(), &mut Gone, &mut || true);
    assert!(matches!(ended, Err(EmitError::ReaderGone)), "{ended:?}");
}

/// The program itself: a record is printed as soon as it is there, and `--pretty` marks what an edit changed.
#[test]
fn the_program_prints_at_once_and_for_people() {
    let dir = tempfile::tempdir().unwrap();
    let live = dir.path().join("records.jsonl");
    let records = fs::read_to_string("tests/data/quickstart.jsonl").unwrap();
    let first = records.lines().next().unwrap();
    fs::write(&live, format!("{first}\n")).unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_forumsift"))
        .args(["tail", "-f", "--pretty"])
        .arg(dir.path())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    assert!(lines.next().unwrap().starts_with("1 new Announcement"));
    let edited = first
        .replacen("\"seq\":1,", "\"seq\":2,", 1)
        .replacen("\"change\":\"new\",\"revision\":1", "\"change\":\"edited\",\"revision\":2", 1)
        .replacen("Sunday night", "Monday\\u001b[2J night", 1);
    let mut file = fs::OpenOptions::new().append(true).open(&live).unwrap();
    writeln!(file, "{edited}").unwrap();
    let told: Vec<String> =
        lines.by_ref().take_while(|line| !line.contains("[-Sunday-] {+Monday[2J+} night")).collect();
    assert!(told.iter().any(|line| line.starts_with("2 edited Announcement")), "{told:?}");
    // nobody reads any more: the next record ends it, quietly
    drop(lines);
    writeln!(file, "{}", first.replacen("\"seq\":1,", "\"seq\":3,", 1)).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(5));
}
