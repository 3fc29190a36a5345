//! Records on stdout, or on any stream: at-least-once, with the same `seq` when one comes again. Where stdout is a file that is
//! appended to (`>> records.jsonl`), what it holds is looked at, and every line is there once.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom, Write},
    os::fd::AsFd,
    path::{Path, PathBuf},
};

use super::{EmitError, Line, Sink, recover, sink::Whole};

/// A sink that writes to a stream.
#[derive(Debug)]
pub struct StreamSink<W> {
    out: W,
    name: &'static str,
    whole: Whole,
    /// The file behind it, where what is confirmed must be on disk.
    disk: Option<File>,
}

/// The sink that writes to stdout: past Rust's own buffer, which would hide what has arrived.
pub type StdoutSink = StreamSink<File>;

impl StdoutSink {
    /// Stdout. `confirmed`: the last `seq` that an earlier run is known to have written; `waiting`: the lines after it, of
    /// which some may have been written too.
    ///
    /// # Errors
    /// Where the file that it is fails while it is read.
    pub fn new(confirmed: u64, waiting: &[Line]) -> Result<StdoutSink, EmitError> {
        let open = || io::stdout().as_fd().try_clone_to_owned().map(File::from).map_err(EmitError::at("stdout"));
        let mut out = open()?;
        let (whole, disk) = match appended() {
            Some(path) => {
                let whole = resume(&path, &mut out, confirmed, waiting).map_err(EmitError::at("stdout"))?;
                (whole, Some(open()?))
            }
            None => (Whole { last_seq: confirmed, torn: Vec::new() }, None),
        };
        Ok(StreamSink { out, name: "stdout", whole, disk })
    }
}

/// Whether there was no stdout when the process began: the Rust runtime puts `/dev/null` in its place, open for reading and
/// writing, which no shell does (`> /dev/null` is for writing alone). Programs that start others may (Python's `DEVNULL`), so this is
/// worth an end only where what is lost could not be had again.
pub fn stdout_is_closed() -> bool {
    const ACCESS: u32 = 0o3;
    const BOTH: u32 = 0o2;
    let is_null = std::fs::read_link("/proc/self/fd/1").is_ok_and(|path| path == Path::new("/dev/null"));
    is_null && flags().is_some_and(|flags| flags & ACCESS == BOTH)
}

/// How stdout was opened, where the system tells so.
fn flags() -> Option<u32> {
    let told = std::fs::read_to_string("/proc/self/fdinfo/1").ok()?;
    let flags = told.lines().find_map(|line| line.strip_prefix("flags:"))?;
    u32::from_str_radix(flags.trim(), 8).ok()
}

/// Where stdout can be read, if it is a file that is appended to, the system tells so, and reading is allowed.
fn appended() -> Option<PathBuf> {
    const APPEND: u32 = 0o2000;
    let path = PathBuf::from("/proc/self/fd/1");
    let append = flags()? & APPEND != 0;
    (append && File::open(&path).ok()?.metadata().ok()?.is_file()).then_some(path)
}

/// How far the waiting lines have come into the file. Only a file that ends in one of them, byte for byte, is taken to be ours.
fn resume(path: &Path, out: &mut impl Write, confirmed: u64, waiting: &[Line]) -> io::Result<Whole> {
    let end = recover::end_of(path)?;
    let whole = end.size - end.torn.len() as u64;
    let mut last_seq = confirmed;
    if let Some(line) = waiting.iter().find(|line| Some(line.seq) == end.last_seq)
        && let Some(from) = whole.checked_sub(line.bytes.len() as u64)
    {
        let mut there = vec![0; line.bytes.len()];
        let mut file = File::open(path)?;
        file.seek(SeekFrom::Start(from))?;
        file.read_exact(&mut there)?;
        if there == line.bytes {
            last_seq = line.seq;
        }
    }
    let next = waiting.iter().find(|line| line.seq > last_seq);
    if end.torn.is_empty() || next.is_some_and(|line| line.bytes.starts_with(&end.torn)) {
        return Ok(Whole { last_seq, torn: end.torn });
    }
    // an end that is not ours stays, on a line of its own
    out.write_all(b"\n")?;
    Ok(Whole { last_seq, torn: Vec::new() })
}

impl<W: Write + Send> StreamSink<W> {
    /// A sink that writes to `out`. `confirmed`: the last `seq` that is there already.
    pub fn to(out: W, confirmed: u64) -> StreamSink<W> {
        StreamSink { out, name: "stream", whole: Whole { last_seq: confirmed, torn: Vec::new() }, disk: None }
    }

    /// The stream.
    pub fn into_inner(self) -> W {
        self.out
    }
}

impl<W: Write + Send> Sink for StreamSink<W> {
    fn write(&mut self, lines: &[Line]) -> Result<(), EmitError> {
        self.whole.write(&mut self.out, lines).map(drop).map_err(EmitError::at(self.name))
    }

    fn flush(&mut self) -> Result<u64, EmitError> {
        self.out.flush().map_err(EmitError::at(self.name))?;
        if let Some(disk) = &self.disk {
            disk.sync_data().map_err(EmitError::at(self.name))?;
        }
        Ok(self.whole.last_seq)
    }

    fn reopen(&mut self) -> Result<(), EmitError> {
        Ok(())
    }

    fn position(&self) -> u64 {
        self.whole.last_seq
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_appended_to_is_taken_up_where_it_ends() {
        let line = |seq| format!("{{\"seq\":{seq},\"id\":\"a\"}}\n");
        let waiting: Vec<Line> = (5..=7).map(|seq| Line { seq, bytes: line(seq).into_bytes() }).collect();
        let file = tempfile::NamedTempFile::new().unwrap();
        let (four, five, six) = (line(4), line(5), line(6));
        let other = "{\"seq\":6,\"id\":\"another state's\"}\n";
        for (there, last_seq, torn, written) in [
            ("", 4, "", ""),
            (&*four, 4, "", ""),
            (&*format!("{four}{five}{six}"), 6, "", ""),
            (&*format!("{four}{five}{{\"seq\":6"), 5, "{\"seq\":6", ""),
            (&*format!("{four}{{\"se"), 4, "{\"se", ""),
            (other, 4, "", ""),
            (&*format!("{four}not ours"), 4, "", "\n"),
        ] {
            std::fs::write(file.path(), there).unwrap();
            let mut out = Vec::new();
            let whole = resume(file.path(), &mut out, 4, &waiting).unwrap();
            assert_eq!(
                (whole.last_seq, &*whole.torn, &*out),
                (last_seq, torn.as_bytes(), written.as_bytes()),
                "{there}"
            );
        }
    }
}
