//! Keeps candle, which some programs compute with, from starting threads of its own.

use std::os::unix::process::CommandExt as _;
use std::process::Command;

/// What candle asks for the number of its threads: the one once, the other for every product of matrices, and where it
/// finds no answer it reads `/proc/cpuinfo` each time.
const THREADS: [&str; 2] = ["CANDLE_NUM_THREADS", "RAYON_NUM_THREADS"];

/// Starts the program anew with candle's own threads turned off, unless somebody has set their number.
///
/// Work is shared out by us, in parts; candle would share every larger sum once more, among threads that spin
/// while they wait, which doubles the processor time of a step. It takes their number from the environment alone, and
/// a program cannot change its own without unsafe code. What cannot be started anew goes on, slower.
pub fn compute_alone() {
    let unset = || THREADS.into_iter().filter(|name| std::env::var_os(name).is_none());
    if unset().next().is_some()
        && let Ok(program) = std::env::current_exe()
    {
        let arguments = std::env::args_os().skip(1);
        let _never_back = Command::new(program).args(arguments).envs(unset().map(|name| (name, "1"))).exec();
    }
}
