//! `forumsift schema`: the JSON Schemas, made from the very types.

use std::io::Write;

use clap::{Args, ValueEnum};

use super::{CliError, ExitKind};
use crate::{config, model::Record};

/// Arguments of `schema`.
#[derive(Args, Debug)]
pub struct SchemaArgs {
    /// Of what
    #[arg(value_enum)]
    of: SchemaOf,
}

/// What a schema describes.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum SchemaOf {
    /// One line of output
    Record,
    /// The configuration
    Config,
}

/// Prints a schema.
pub(super) fn run(args: &SchemaArgs, out: &mut dyn Write) -> Result<ExitKind, CliError> {
    let schema = match args.of {
        SchemaOf::Record => schemars::schema_for!(Record).to_value(),
        SchemaOf::Config => config::json_schema(),
    };
    writeln!(out, "{schema:#}")?;
    Ok(ExitKind::Done)
}
