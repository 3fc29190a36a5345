//! `forumsift engine`: which engines are known, what their profiles say, and whether a profile of one's own holds.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use clap::{Args, Subcommand};

use super::{CliError, ExitKind, configuration};
use crate::{
    engine::{Case, Engines},
    extract::run_case,
};

/// Arguments of `engine`.
#[derive(Args, Debug)]
pub struct EngineArgs {
    #[command(subcommand)]
    command: EngineCommand,
    /// A directory of engine profiles of one's own
    #[arg(long, global = true, value_name = "DIR", default_value = "engines", hide_default_value = true)]
    engines: PathBuf,
}

#[derive(Debug, Subcommand)]
enum EngineCommand {
    /// Name the engines that are known
    List,
    /// Print a profile as it is written
    Show {
        /// Its name or an alias
        name: String,
    },
    /// Read a profile of one's own and run its cases
    Check {
        /// The profile
        file: PathBuf,
    },
}

/// Runs `engine`.
pub(super) fn run(args: &EngineArgs, out: &mut dyn Write) -> Result<ExitKind, CliError> {
    match &args.command {
        EngineCommand::List => list(configuration::engines(&args.engines)?.as_ref(), out)?,
        EngineCommand::Show { name } => {
            let engines = configuration::engines(&args.engines)?;
            if !show(&engines, name, out)? {
                let hint = configuration::hint(&engines, name);
                let hint = hint.unwrap_or_else(|| "`forumsift engine list` names them".to_owned());
                return Err(CliError::Usage(format!("no engine is named `{name}`; {hint}")));
            }
        }
        // What is wrong was printed: it is what was asked for.
        EngineCommand::Check { file } if !check(file, out)? => return Ok(ExitKind::Usage),
        EngineCommand::Check { .. } => {}
    }
    Ok(ExitKind::Done)
}

/// Prints a line for each engine: name, title, the versions that it is proven on, the views that its cases show, and other names.
///
/// # Errors
/// Where the output fails.
fn list(engines: &Engines, out: &mut dyn Write) -> io::Result<()> {
    let width = engines.heads().map(|head| head.name.len()).max().unwrap_or(0);
    let titles = engines.heads().map(|head| head.title.chars().count()).max().unwrap_or(0);
    for head in engines.heads() {
        let aliases =
            if head.aliases.is_empty() { String::new() } else { format!(" (also {})", head.aliases.join(", ")) };
        let proven = head.proven.join("; ");
        let views = views(&engines.cases(&head.name).unwrap_or_default());
        writeln!(out, "{:width$}  {:titles$}  {proven}: {views}{aliases}", head.name, head.title)?;
    }
    Ok(())
}

/// What the pages of the cases are, each kind once: `thread, board, API thread`.
fn views(cases: &[Case]) -> String {
    let mut views: Vec<String> = Vec::new();
    for case in cases {
        let api = if case.page.as_deref().is_some_and(|page| page.ends_with(".json")) { "API " } else { "" };
        let view = format!("{api}{}", case.kind.as_deref().unwrap_or("page"));
        if !views.contains(&view) {
            views.push(view);
        }
    }
    views.join(", ")
}

/// Prints a profile as it is written. False where there is none of that name.
///
/// # Errors
/// Where the output fails.
fn show(engines: &Engines, name: &str, out: &mut dyn Write) -> io::Result<bool> {
    let Some((file, text)) = engines.source(name) else { return Ok(false) };
    writeln!(out, "# {file}")?;
    out.write_all(text.as_bytes())?;
    Ok(true)
}

/// Checks a profile of one's own: that it can be read, and that its cases hold. True where all is well.
///
/// # Errors
/// Where the output fails.
fn check(file: &Path, out: &mut dyn Write) -> io::Result<bool> {
    let engines = match Engines::with_files(&[file.to_owned()]) {
        Ok(engines) => engines,
        Err(errors) => {
            for error in errors {
                writeln!(out, "{}\n", error.report())?;
            }
            return Ok(false);
        }
    };
    let path = file.display().to_string();
    let Some(name) = engines.heads().map(|head| head.name.clone()).find(|name| is_from(&engines, name, &path)) else {
        writeln!(out, "{path}: no profile")?;
        return Ok(false);
    };
    let cases = match engines.cases(&name) {
        Ok(cases) => cases,
        Err(error) => {
            writeln!(out, "{}", error.report())?;
            return Ok(false);
        }
    };
    let mut failed = 0;
    for case in &cases {
        let wrong = match page_of(case, file) {
            Ok(html) => run_case(&engines, &name, case, &html),
            Err(cause) => vec![cause],
        };
        failed += usize::from(!wrong.is_empty());
        writeln!(out, "{}  {}", if wrong.is_empty() { "ok    " } else { "FAILED" }, case.name)?;
        for line in wrong {
            writeln!(out, "        {line}")?;
        }
    }
    writeln!(out, "{name}: {} cases, {failed} failed", cases.len())?;
    Ok(failed == 0)
}

fn is_from(engines: &Engines, name: &str, path: &str) -> bool {
    engines.source(name).is_some_and(|(from, _)| from == path)
}

/// The page of a case: in the profile itself, or in a file beside it.
fn page_of(case: &Case, profile: &Path) -> Result<String, String> {
    if let Some(html) = &case.html {
        return Ok(html.clone());
    }
    let Some(page) = &case.page else { return Err("a case needs `html` or `page`".to_owned()) };
    let path: PathBuf = profile.parent().unwrap_or(Path::new("")).join(page);
    let bytes = fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROFILE: &str = r#"
name = "board"
title = "A board"
[detect]
marks = [{ text = "made by a board", weight = 10 }]
[[url]]
kind = "thread"
path = 't(?<thread>\d+)'
canonical = "t{thread}"
[post]
each = "article"
id = "@id"
body = "p"
[[case]]
name = "one post"
url = "https://a.example/t1"
html = "<!-- made by a board --><article id=7><p>Hello</article>"
[[case.post]]
id = "7"
text = "Hello"
"#;

    fn checked(text: &str) -> (bool, String) {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("board.toml");
        fs::write(&file, text).unwrap();
        let mut out = Vec::new();
        let fine = check(&file, &mut out).unwrap();
        (fine, String::from_utf8(out).unwrap())
    }

    #[test]
    fn a_sound_profile_passes() {
        let (fine, said) = checked(PROFILE);
        assert!(fine && said.contains("board: 1 cases, 0 failed"), "{said}");
    }

    #[test]
    fn a_case_that_fails_says_what_came_out() {
        let (fine, said) = checked(&PROFILE.replace("text = \"Hello\"", "text = \"Goodbye\""));
        assert!(!fine && said.contains("post 1: text: expected \"Goodbye\", got \"Hello\""), "{said}");
    }

    #[test]
    fn a_mistake_is_shown_with_its_lines() {
        let (fine, said) = checked(&PROFILE.replace("\"article\"", "\"article[\""));
        assert!(!fine && said.contains("board.toml:11:8") && said.contains("^"), "{said}");
    }

    #[test]
    fn engines_are_listed_and_shown() {
        let mut out = Vec::new();
        list(Engines::builtin(), &mut out).unwrap();
        let said = String::from_utf8(out).unwrap();
        assert!(
            said.lines().any(|line| line.starts_with("phpbb ") && line.contains("3.3 prosilver: thread, board")),
            "{said}"
        );
        assert!(said.lines().any(|line| line.starts_with("nodebb ") && line.contains("API thread")), "{said}");
        let mut out = Vec::new();
        assert!(show(Engines::builtin(), "Discuz", &mut out).unwrap());
        assert!(String::from_utf8(out).unwrap().contains("[[url]]"));
        assert!(!show(Engines::builtin(), "none", &mut Vec::new()).unwrap());
    }
}
