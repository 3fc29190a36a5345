//! The examples for operators: each recipe does what it says on the quick start's records, where its tool is installed.
//! With `FORUMSIFT_TOOLS=required` in the environment, as in CI, a tool that is not installed fails its test.

#![expect(clippy::unwrap_used, reason = "a tool that cannot be started has failed the test")]

use std::{
    fs::{self, File},
    path::Path,
    process::{Command, Output, Stdio},
};

const RECORDS: &str = "tests/data/quickstart.jsonl";

/// Runs a tool with the records on stdin; `None` where it is not installed.
fn run(program: &str, arguments: &[&str]) -> Option<Output> {
    run_in(Path::new("."), program, arguments)
}

fn run_in(dir: &Path, program: &str, arguments: &[&str]) -> Option<Output> {
    let records = File::open(RECORDS).unwrap();
    let output = Command::new(program).args(arguments).current_dir(dir).stdin(Stdio::from(records)).output().ok()?;
    Some(output)
}

/// A test ends here where its tool is not installed, unless the environment asks for all tools.
fn lacks(tool: &str) {
    assert!(std::env::var_os("FORUMSIFT_TOOLS").is_none_or(|wanted| wanted != "required"), "{tool} is not installed");
}

fn stdout(output: &Output) -> String {
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{told}");
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[test]
fn jq() {
    let Some(current) = run("jq", &["-c", "-n", "-f", "examples/recipes/current.jq"]) else { return lacks("jq") };
    let records = fs::read_to_string(RECORDS).unwrap();
    assert_eq!(stdout(&current).lines().count(), records.lines().count());
    let edits = stdout(&run("jq", &["-r", "-f", "examples/recipes/edits.jq"]).unwrap());
    assert_eq!(edits.lines().count(), records.lines().filter(|line| !line.contains("\"edit\":null")).count());
    assert!(edits.lines().all(|line| line.split('\t').count() == 5), "{edits}");
    let bulk = stdout(&run("jq", &["-c", "-f", "examples/recipes/bulk.jq"]).unwrap());
    assert_eq!(bulk.lines().count(), 2 * records.lines().count());
    assert!(bulk.lines().step_by(2).all(|line| line.starts_with("{\"index\":{\"_index\":\"forumsift\"")), "{bulk}");
}

#[test]
fn sqlite() {
    if Command::new("sqlite3").arg("-version").output().is_err() {
        return lacks("sqlite3");
    }
    let dir = tempfile::tempdir().unwrap();
    let database = dir.path().join("posts.db");
    let database = database.to_str().unwrap();
    // twice: the same records change nothing
    for _ in 0..2 {
        stdout(&run("examples/recipes/sqlite.sh", &[database]).unwrap());
    }
    let count = Command::new("sqlite3").args([database, "SELECT count(*), count(DISTINCT id) FROM post"]).output();
    let records = fs::read_to_string(RECORDS).unwrap().lines().count();
    assert_eq!(stdout(&count.unwrap()), format!("{records}|{records}\n"));
}

/// DuckDB comes as a command or as a Python module.
#[test]
fn duckdb() {
    let sql = fs::canonicalize("examples/recipes/duckdb.sql").unwrap();
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("records")).unwrap();
    let packed = zstd::encode_all(File::open(RECORDS).unwrap(), 3).unwrap();
    fs::write(dir.path().join("records/records-000000000001.jsonl.zst"), packed).unwrap();
    let module = "import duckdb, sys; print(duckdb.sql(open(sys.argv[1]).read()).fetchall())";
    let sql = sql.to_str().unwrap();
    let output = match run_in(dir.path(), "duckdb", &["-f", sql]) {
        Some(output) => output,
        None => match run_in(dir.path(), "python3", &["-c", module, sql]) {
            Some(output) if output.status.success() => output,
            _ => return lacks("DuckDB"),
        },
    };
    assert!(stdout(&output).contains("harbour"));
}

#[test]
fn python() {
    let Some(output) = run("python3", &["examples/recipes/frame.py"]) else { return lacks("python3") };
    if String::from_utf8_lossy(&output.stderr).contains("No module named") {
        return lacks("polars or pandas");
    }
    assert!(stdout(&output).contains("harbour"));
}

/// `systemd-analyze verify` complains about nothing but the program, which is not installed here.
#[test]
fn systemd() {
    let units = ["forumsift.service", "forumsift-run.service", "forumsift-run.timer"];
    for unit in units {
        let path = format!("examples/systemd/{unit}");
        let Ok(output) = Command::new("systemd-analyze").args(["verify", &path]).output() else {
            return lacks("systemd-analyze");
        };
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        let complaints: Vec<&str> = told
            .lines()
            .filter(|line| line.contains("forumsift") && !line.contains("/usr/bin/forumsift is not executable"))
            .collect();
        assert!(complaints.is_empty(), "{unit}: {complaints:?}");
    }
}

/// What a unit or an image starts is a command line that the program takes.
#[test]
fn every_command_line_is_one_that_the_program_takes() {
    for (file, start) in [
        ("examples/systemd/forumsift.service", "ExecStart=/usr/bin/forumsift "),
        ("examples/systemd/forumsift-run.service", "ExecStart=/usr/bin/forumsift "),
    ] {
        let text = fs::read_to_string(file).unwrap();
        let line = text.lines().find_map(|line| line.strip_prefix(start)).unwrap();
        let arguments = line.split(' ').chain(["--help"]);
        let output = Command::new(env!("CARGO_BIN_EXE_forumsift")).args(arguments).output().unwrap();
        stdout(&output);
    }
    let docker = fs::read_to_string("examples/docker/Dockerfile").unwrap();
    assert!(docker.contains("USER 65532") && docker.contains("CMD [\"watch\", \"--config\""), "{docker}");
}
