//! Records on stdout, or on any stream: at-least-once, with the same `seq` when one comes again.

use std::{
    fs::File,
    io::{self, Write},
    os::fd::AsFd,
};

use super::{EmitError, Line, Sink, sink::Whole};

/// A sink that writes to a stream.
#[derive(Debug)]
pub struct StreamSink<W> {
    out: W,
    name: &'static str,
    whole: Whole,
}

/// The sink that writes to stdout: past Rust's own buffer, which would hide what has arrived.
pub type StdoutSink = StreamSink<File>;

impl StdoutSink {
    /// Stdout. `confirmed`: the last `seq` that an earlier run has written.
    ///
    /// # Errors
    /// Where the process has no stdout.
    pub fn new(confirmed: u64) -> Result<StdoutSink, EmitError> {
        let out = io::stdout().as_fd().try_clone_to_owned().map_err(EmitError::at("stdout"))?;
        Ok(StreamSink { out: File::from(out), name: "stdout", whole: Whole { last_seq: confirmed, torn: Vec::new() } })
    }
}

impl<W: Write + Send> StreamSink<W> {
    /// A sink that writes to `out`. `confirmed`: the last `seq` that is there already.
    pub fn to(out: W, confirmed: u64) -> StreamSink<W> {
        StreamSink { out, name: "stream", whole: Whole { last_seq: confirmed, torn: Vec::new() } }
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
        Ok(self.whole.last_seq)
    }

    fn reopen(&mut self) -> Result<(), EmitError> {
        Ok(())
    }

    fn position(&self) -> u64 {
        self.whole.last_seq
    }
}
