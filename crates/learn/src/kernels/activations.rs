//! Activations without branches or tables, so that the compiler turns loops over them into vectors; the library's take
//! one number at a time.

/// The exponential, to within 3e-7 of itself; its argument is cut to [-87, 88].
#[inline(always)]
pub fn exp(x: f32) -> f32 {
    let x = x.clamp(-87.0, 88.0);
    // Adding and taking away 1.5 · 2^23 rounds to a whole number, which the sum holds in its low bits.
    const MAGIC: f32 = 12_582_912.0;
    let shifted = x * std::f32::consts::LOG2_E + MAGIC;
    let whole = shifted - MAGIC;
    let rest = (x - whole * 0.693_359_4) + whole * 2.121_944_4e-4;
    // Taylor's series; the rest is at most ln 2 / 2.
    let mut sum = 1.0 / 5040.0;
    for factor in [1.0 / 720.0, 1.0 / 120.0, 1.0 / 24.0, 1.0 / 6.0, 0.5, 1.0, 1.0] {
        sum = sum * rest + factor;
    }
    f32::from_bits(sum.to_bits().wrapping_add(shifted.to_bits() << 23))
}

/// 1 / (1 + exp(-x)), to within 2e-7.
#[inline(always)]
pub fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + exp(-x))
}

/// The hyperbolic tangent, to within 3e-7.
#[inline(always)]
pub fn tanh(x: f32) -> f32 {
    2.0 * sigmoid(2.0 * x) - 1.0
}

#[cfg(test)]
mod tests {
    use super::{exp, sigmoid, tanh};

    /// ```python
    /// x = torch.tensor([-6.0, -0.3, 0.0, 1.7, 9.0], dtype=torch.float64)
    /// torch.exp(x), torch.sigmoid(x), torch.tanh(x)
    /// ```
    #[test]
    fn activations_are_those_of_pytorch() {
        let x = [-6.0, -0.3, 0.0, 1.7, 9.0];
        let close = |found: [f32; 5], expected: [f32; 5]| {
            assert!(found.iter().zip(expected).all(|(one, other)| (one - other).abs() <= other.abs() * 1e-6));
        };
        close(x.map(exp), [0.002_478_752, 0.740_818_2, 1.0, 5.473_947, 8103.084]);
        close(x.map(sigmoid), [0.002_472_623, 0.425_557_5, 0.5, 0.845_534_7, 0.999_876_6]);
        close(x.map(tanh), [-0.999_987_7, -0.291_312_6, 0.0, 0.935_409_1, 1.0]);
    }

    #[test]
    fn activations_are_close() {
        for step in -2000..=2000 {
            let x = step as f32 / 50.0;
            let exact = f64::from(x);
            assert!((f64::from(exp(x)) / exact.exp() - 1.0).abs() < 3e-7, "exp {x}");
            assert!((f64::from(sigmoid(x)) - 1.0 / (1.0 + (-exact).exp())).abs() < 2e-7, "sigmoid {x}");
            assert!((f64::from(tanh(x)) - exact.tanh()).abs() < 3e-7, "tanh {x}");
        }
        assert!(exp(-1000.0) < 1e-37 && exp(1000.0) > 1e38);
    }
}
