//! SIGINT and SIGTERM: clean up, then die of the signal, so that make and shells see it.

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::thread;

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use signal_hook::low_level::emulate_default_handler;

type Action = Box<dyn FnOnce() + Send>;

/// Files to remove and things to do before a signal ends the program. Global, because a signal is.
static TEMPORARY: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());
static ACTIONS: Mutex<Vec<Action>> = Mutex::new(Vec::new());

/// Starts the thread that waits for signals.
pub(crate) fn install() {
    // Without the handler a signal still ends the program; only the temporary files would stay.
    let Ok(mut signals) = Signals::new([SIGINT, SIGTERM, SIGHUP]) else { return };
    thread::spawn(move || {
        if let Some(signal) = signals.forever().next() {
            for action in lock(&ACTIONS).drain(..) {
                action();
            }
            for path in lock(&TEMPORARY).drain(..) {
                let _ = std::fs::remove_file(path);
            }
            let _ = emulate_default_handler(signal);
        }
    });
}

/// Does `action` before a signal ends the program: kill the children, say.
pub fn at_signal(action: impl FnOnce() + Send + 'static) {
    lock(&ACTIONS).push(Box::new(action));
}

/// Removes the file before a signal ends the program.
pub fn remove_at_signal(path: &Path) {
    lock(&TEMPORARY).push(path.to_owned());
}

/// The file has reached its final name: leave it.
pub(crate) fn keep(path: &Path) {
    lock(&TEMPORARY).retain(|temporary| temporary != path);
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
