//! The program at work on a forum of our own: a folder with a configuration, a state and records.

#![allow(dead_code, unreachable_pub, reason = "shared by several programs, each of which uses a part")]

use std::{
    fs, io,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
};

/// A folder in which a configuration says what to crawl.
pub struct Crawl {
    program: PathBuf,
    folder: PathBuf,
}

impl Crawl {
    /// Writes `forumsift.toml` with one source at that address; `top` and `source` are further lines of it.
    pub fn new(program: &Path, folder: &Path, url: &str, top: &str, source: &str) -> io::Result<Crawl> {
        let text = format!("{top}\n[[source]]\nname = \"forum\"\nurl = \"{url}\"\ndelay = \"0s\"\n{source}\n");
        fs::create_dir_all(folder)?;
        fs::write(folder.join("forumsift.toml"), text)?;
        Ok(Crawl { program: program.to_owned(), folder: folder.to_owned() })
    }

    /// The program with these arguments, in the folder, its configuration named.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command.args(arguments).args(["-c", "forumsift.toml"]).current_dir(&self.folder);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.env_remove("FORUMSIFT_CONFIG").env_remove("FORUMSIFT_LOG");
        command
    }

    /// Runs it to its end.
    pub fn run(&self, arguments: &[&str]) -> io::Result<Output> {
        self.command(arguments).output()
    }

    /// Starts it; what it says goes nowhere.
    pub fn start(&self, arguments: &[&str]) -> io::Result<Child> {
        self.command(arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn()
    }

    /// A file in the folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// All lines of the folder `records`, rotated files first. A line that no newline ends is given as it stands.
    pub fn records(&self) -> io::Result<String> {
        let mut files = Vec::new();
        for entry in fs::read_dir(self.path("records"))? {
            files.push(entry?.path());
        }
        // the live file has the shortest name and comes last
        let is_live = |path: &Path| path.file_name().is_some_and(|name| name == "records.jsonl");
        files.sort_by_key(|path| (is_live(path), path.clone()));
        let mut lines = String::new();
        for file in files {
            let bytes = fs::read(&file)?;
            match file.extension().is_some_and(|extension| extension == "zst") {
                true => lines.push_str(&String::from_utf8_lossy(&zstd::decode_all(&bytes[..])?)),
                false if file.extension().is_some_and(|extension| extension == "jsonl") => {
                    lines.push_str(&String::from_utf8_lossy(&bytes));
                }
                false => {}
            }
        }
        Ok(lines)
    }
}
