//! Keeps candle and gemm from starting threads of their own.
//!
//! Work is shared out by the networks, in parts that do not depend on the number of threads; candle would share every
//! larger sum once more, among threads that spin while they wait, which doubles the processor time of a step.

use std::os::unix::process::CommandExt as _;
use std::process::Command;

/// What candle asks for the number of its threads: the one once, the other for every product of matrices, and where it
/// finds no answer it reads `/proc/cpuinfo` each time.
const THREADS: [&str; 2] = ["CANDLE_NUM_THREADS", "RAYON_NUM_THREADS"];

/// Starts the program anew with candle's own threads turned off, unless somebody has set their number. To be called
/// first thing in `main`.
///
/// Candle takes the number from the environment alone, and a program cannot change its own without unsafe code. What
/// cannot be started anew goes on, slower.
pub fn restart_with_single_threaded_candle() {
    let unset = || THREADS.into_iter().filter(|name| std::env::var_os(name).is_none());
    if unset().next().is_some()
        && let Ok(program) = std::env::current_exe()
    {
        let arguments = std::env::args_os().skip(1);
        let _never_back = Command::new(program).args(arguments).envs(unset().map(|name| (name, "1"))).exec();
    }
}

/// Keeps products of matrices on the thread that asks for them. To be called before a network is made.
pub fn keep_products_on_one_thread() {
    gemm::set_threading_threshold(usize::MAX);
}
