//! Which commands start and end a server behind its walls.

use std::process::Command;

use crate::backend::Backend;
use crate::setup::Setup;
use crate::{bwrap, container, none};

/// The command that starts a server, and the one that ends it by force where killing the first does not.
pub fn commands(setup: &Setup) -> (Command, Option<Command>) {
    match setup.backend {
        Backend::Bwrap => (bwrap::command(setup), None),
        Backend::Podman | Backend::Docker => {
            let (start, end) = container::commands(setup.backend, setup);
            (start, Some(end))
        }
        Backend::None => (none::command(setup), None),
    }
}
