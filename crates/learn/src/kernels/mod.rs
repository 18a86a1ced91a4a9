//! Loops that are compiled for the processor at hand: the widest vectors that it has, without unsafe code.

mod activations;
mod packed;
mod row;

use pulp::{Simd, WithSimd};

pub use activations::{exp, sigmoid, tanh};
pub use packed::PackedMatrix;
pub use pulp::Arch;
pub use row::{dot, softmax};

/// Does work with the widest vectors that the processor has. The work, and all that it calls in its loops, must be
/// `#[inline(always)]`.
#[inline(always)]
pub fn vectorized<R>(arch: Arch, work: impl FnMut() -> R) -> R {
    arch.dispatch(Work(work))
}

/// What pulp would call itself it would call as `FnOnce`, by way of a function that is never inlined: and so compiled
/// for the oldest processor that there is.
struct Work<F>(F);

impl<R, F: FnMut() -> R> WithSimd for Work<F> {
    type Output = R;

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, _: S) -> R {
        (self.0)()
    }
}
