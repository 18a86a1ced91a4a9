//! Manual pages and completions, from the same definition as `--help` (`--generate man`).

use std::ffi::OsString;
use std::io::{Write as _, stdout};

use anyhow::{Context as _, Result};
use clap::ValueEnum as _;
use clap_complete::Shell;

use crate::Generate;

/// Looks for `--generate KIND` as the only arguments. It must be seen before clap parses them, because
/// clap would ask for arguments that a program needs to work but not to describe itself.
pub(crate) fn asked_for(arguments: impl Iterator<Item = OsString>) -> Option<Generate> {
    let arguments: Vec<_> = arguments.skip(1).filter_map(|argument| argument.into_string().ok()).collect();
    let kind = match &arguments[..] {
        [flag, kind] if flag == "--generate" => kind,
        [flag] => flag.strip_prefix("--generate=")?,
        _ => return None,
    };
    Generate::from_str(kind, false).ok()
}

/// Writes the page or script to stdout.
pub(crate) fn write(kind: Generate, name: &str, command: &mut clap::Command) -> Result<()> {
    let mut bytes = Vec::new();
    let shell = match kind {
        Generate::Man => None,
        Generate::Bash => Some(Shell::Bash),
        Generate::Zsh => Some(Shell::Zsh),
        Generate::Fish => Some(Shell::Fish),
    };
    match shell {
        Some(shell) => clap_complete::generate(shell, command, name, &mut bytes),
        None => clap_mangen::Man::new(command.clone()).render(&mut bytes)?,
    }
    stdout().write_all(&bytes).context("cannot write to stdout")
}
