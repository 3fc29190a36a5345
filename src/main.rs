//! The door: everything else is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    forumsift::cli::main(std::env::args_os())
}
