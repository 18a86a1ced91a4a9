//! No walls: the server as an ordinary process, with a clean environment.

use std::process::Command;

use crate::Setup;

pub(crate) fn command(setup: &Setup) -> Command {
    let mut command = Command::new(&setup.interpreter.executable);
    command.args(setup.arguments()).env_clear().envs(setup.environment.iter().cloned()).current_dir("/");
    command
}
