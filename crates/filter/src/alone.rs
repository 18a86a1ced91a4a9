//! Keeps candle, which some programs compute with, from starting threads of its own.

use std::os::unix::process::CommandExt as _;
use std::process::Command;

/// What candle asks, once, for the number of its threads.
const THREADS: &str = "CANDLE_NUM_THREADS";

/// Starts the program anew with candle's own threads turned off, unless somebody has set their number.
///
/// Work is shared out by us, in parts; candle would share every larger sum once more, among threads that spin
/// while they wait, which doubles the processor time of a step. It takes their number from the environment alone, and
/// a program cannot change its own without unsafe code. What cannot be started anew goes on, slower.
pub fn compute_alone() {
    if std::env::var_os(THREADS).is_none()
        && let Ok(program) = std::env::current_exe()
    {
        let _never_back = Command::new(program).args(std::env::args_os().skip(1)).env(THREADS, "1").exec();
    }
}
