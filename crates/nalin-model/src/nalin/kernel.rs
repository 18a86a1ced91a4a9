//! Arithmetic of the GRU's inner loop: small products of matrices and activations, written so that the
//! compiler turns them into the widest vectors that the processor has.
//!
//! A hundred products of a few rows each are too small for a general library, whose calls and copies cost
//! as much as the arithmetic; and here a row comes out the same whatever rows stand beside it.

use pulp::{Arch, Simd, WithSimd};

/// Columns of a tile: one vector of 16 numbers, or two of 8.
const TILE: usize = 16;
/// Rows of a tile: as many sums as stay in registers.
const ROWS: usize = 8;

/// A matrix whose rows are padded with zeros to whole tiles.
pub(super) struct Padded {
    values: Vec<f32>,
    rows: usize,
    columns: usize,
    stride: usize,
}

impl Padded {
    /// Copies a matrix of `rows` rows.
    pub(super) fn new(matrix: &[f32], rows: usize) -> Self {
        let columns = matrix.len() / rows;
        let stride = columns.next_multiple_of(TILE);
        let mut values = vec![0.0; rows * stride];
        for (from, to) in matrix.chunks_exact(columns).zip(values.chunks_exact_mut(stride)) {
            to[..columns].copy_from_slice(from);
        }
        Self { values, rows, columns, stride }
    }

    /// Copies the transpose of a matrix of `rows` rows.
    pub(super) fn transposed(matrix: &[f32], rows: usize) -> Self {
        let columns = matrix.len() / rows;
        let transpose: Vec<f32> = (0..columns)
            .flat_map(|column| (0..rows).map(move |row| matrix[row * columns + column]))
            .collect();
        Self::new(&transpose, columns)
    }

    /// `out += left · self`, `left` of any number of rows.
    pub(super) fn add_product(&self, arch: Arch, left: &[f32], out: &mut [f32]) {
        arch.dispatch(Product { right: self, left, out });
    }
}

/// A product that is compiled for the processor at hand.
struct Product<'a> {
    right: &'a Padded,
    left: &'a [f32],
    out: &'a mut [f32],
}

impl WithSimd for Product<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let (rows, columns) = (self.right.rows, self.right.columns);
        let whole = self.left.len() / rows / ROWS * ROWS;
        let (left, left_rest) = self.left.split_at(whole * rows);
        let (out, out_rest) = self.out.split_at_mut(whole * columns);
        for (left, out) in left.chunks_exact(ROWS * rows).zip(out.chunks_exact_mut(ROWS * columns)) {
            tiles::<S, ROWS>(simd, self.right, left, out);
        }
        for (left, out) in left_rest.chunks_exact(rows).zip(out_rest.chunks_exact_mut(columns)) {
            tiles::<S, 1>(simd, self.right, left, out);
        }
    }
}

/// `N` rows of a product, a vector of columns at a time.
#[inline(always)]
fn tiles<S: Simd, const N: usize>(simd: S, right: &Padded, left: &[f32], out: &mut [f32]) {
    let lefts: [&[f32]; N] = std::array::from_fn(|row| &left[row * right.rows..(row + 1) * right.rows]);
    for start in (0..right.columns).step_by(S::F32_LANES) {
        let mut sums = [simd.splat_f32s(0.0); N];
        for (inner, right) in right.values.chunks_exact(right.stride).enumerate() {
            let right = S::as_simd_f32s(&right[start..start + S::F32_LANES]).0[0];
            for (sum, left) in sums.iter_mut().zip(lefts) {
                *sum = simd.mul_add_e_f32s(simd.splat_f32s(left[inner]), right, *sum);
            }
        }
        let width = S::F32_LANES.min(right.columns - start);
        for (row, sum) in sums.iter().enumerate() {
            let place = row * right.columns + start;
            let sum: &[f32] = pulp::bytemuck::cast_slice(std::slice::from_ref(sum));
            for (out, sum) in out[place..place + width].iter_mut().zip(sum) {
                *out += sum;
            }
        }
    }
}

/// `exp`, to within 2 units in the last place, without branches or tables.
#[inline(always)]
fn exp(x: f32) -> f32 {
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

#[inline(always)]
pub(super) fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + exp(-x))
}

#[inline(always)]
pub(super) fn tanh(x: f32) -> f32 {
    2.0 * sigmoid(2.0 * x) - 1.0
}

#[cfg(test)]
mod tests {
    use super::{Arch, Padded, exp, sigmoid, tanh};

    #[test]
    fn products_by_the_book() {
        let left: Vec<f32> = (0..11 * 5).map(|n| (n % 7) as f32 - 3.0).collect();
        let right: Vec<f32> = (0..5 * 19).map(|n| (n % 5) as f32 - 2.0).collect();
        let mut expected = vec![1.0_f32; 11 * 19];
        for row in 0..11 {
            for column in 0..19 {
                expected[row * 19 + column] +=
                    (0..5).map(|inner| left[row * 5 + inner] * right[inner * 19 + column]).sum::<f32>();
            }
        }
        for arch in [Arch::Scalar, Arch::new()] {
            let mut out = vec![1.0; 11 * 19];
            Padded::new(&right, 5).add_product(arch, &left, &mut out);
            assert_eq!(out, expected);
            let transpose: Vec<f32> = (0..19 * 5).map(|at| right[(at % 5) * 19 + at / 5]).collect();
            let mut out = vec![1.0; 11 * 19];
            Padded::transposed(&transpose, 19).add_product(arch, &left, &mut out);
            assert_eq!(out, expected);
        }
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
    }
}
