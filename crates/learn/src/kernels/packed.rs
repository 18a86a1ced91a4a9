//! Small products of matrices, many times with the same right side.
//!
//! A hundred products of a few rows each are too small for a general library, whose calls and copies cost as much as
//! the arithmetic; and here a row comes out the same whatever rows stand beside it.

use pulp::{Arch, Simd, WithSimd};

/// Columns that are kept together: two vectors of 16 numbers, or four of 8. All of a matrix's rows of so many
/// columns fit into the processor's first cache.
const PANEL: usize = 32;

/// A matrix in panels of columns, the last one padded with zeros.
pub struct PackedMatrix {
    values: Vec<f32>,
    rows: usize,
    columns: usize,
}

impl PackedMatrix {
    /// Copies a matrix of `rows` rows.
    pub fn new(matrix: &[f32], rows: usize) -> Self {
        let columns = matrix.len() / rows;
        Self::of(rows, columns, |row, column| matrix[row * columns + column])
    }

    /// Copies the transpose of a matrix of `rows` rows.
    pub fn transposed(matrix: &[f32], rows: usize) -> Self {
        let columns = matrix.len() / rows;
        Self::of(columns, rows, |row, column| matrix[column * columns + row])
    }

    fn of(rows: usize, columns: usize, value: impl Fn(usize, usize) -> f32) -> Self {
        let mut values = vec![0.0; rows * columns.next_multiple_of(PANEL)];
        for (place, kept) in values.iter_mut().enumerate() {
            let (row, column) = (place / PANEL % rows, place / (PANEL * rows) * PANEL + place % PANEL);
            if column < columns {
                *kept = value(row, column);
            }
        }
        Self { values, rows, columns }
    }

    /// `out += left · self`, `left` of any number of rows. A row comes out the same whatever stands beside it.
    pub fn add_product(&self, arch: Arch, left: &[f32], out: &mut [f32]) {
        arch.dispatch(Product { right: self, left, out });
    }
}

/// A product that is compiled for the processor at hand.
struct Product<'a> {
    right: &'a PackedMatrix,
    left: &'a [f32],
    out: &'a mut [f32],
}

impl WithSimd for Product<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { right, left, out } = self;
        let n = left.len() / right.rows;
        for (number, panel) in right.values.chunks_exact(right.rows * PANEL).enumerate() {
            let mut tile = Tile { simd, right, left, out: &mut *out, panel, first: number * PANEL };
            let mut row = 0;
            // As many sums as stay in the registers of a processor with vectors of that size.
            while S::F32_LANES == 16 && row + 8 <= n {
                tile.rows::<8>(row);
                row += 8;
            }
            while row + 4 <= n {
                tile.rows::<4>(row);
                row += 4;
            }
            for row in row..n {
                tile.rows::<1>(row);
            }
        }
    }
}

/// A panel of a product.
struct Tile<'a, S> {
    simd: S,
    right: &'a PackedMatrix,
    left: &'a [f32],
    out: &'a mut [f32],
    panel: &'a [f32],
    /// The panel's first column.
    first: usize,
}

impl<S: Simd> Tile<'_, S> {
    /// `N` rows of the panel from `row` on, two vectors of columns at a time.
    #[inline(always)]
    fn rows<const N: usize>(&mut self, row: usize) {
        let (inner, columns) = (self.right.rows, self.right.columns);
        let lefts: [&[f32]; N] =
            std::array::from_fn(|at| &self.left[(row + at) * inner..(row + at + 1) * inner]);
        let (lanes, simd) = (S::F32_LANES, self.simd);
        for start in (0..PANEL).step_by(2 * lanes) {
            if self.first + start >= columns {
                return;
            }
            let mut sums = [[simd.splat_f32s(0.0); 2]; N];
            for (at, right) in self.panel.chunks_exact(PANEL).enumerate() {
                let right = &right[start..start + 2 * lanes];
                let right = [S::as_simd_f32s(&right[..lanes]).0[0], S::as_simd_f32s(&right[lanes..]).0[0]];
                for (sums, left) in sums.iter_mut().zip(lefts) {
                    let left = simd.splat_f32s(left[at]);
                    sums[0] = simd.mul_add_e_f32s(left, right[0], sums[0]);
                    sums[1] = simd.mul_add_e_f32s(left, right[1], sums[1]);
                }
            }
            let width = (2 * lanes).min(columns - self.first - start);
            for (at, sums) in sums.iter().enumerate() {
                let place = (row + at) * columns + self.first + start;
                let sums: &[f32] = pulp::bytemuck::cast_slice(sums);
                for (out, sum) in self.out[place..place + width].iter_mut().zip(sums) {
                    *out += sum;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Arch, PackedMatrix};

    #[test]
    fn products_by_the_book() {
        let left: Vec<f32> = (0..21 * 5).map(|n| (n % 7) as f32 - 3.0).collect();
        let right: Vec<f32> = (0..5 * 77).map(|n| (n % 5) as f32 - 2.0).collect();
        let mut expected = vec![1.0_f32; 21 * 77];
        for row in 0..21 {
            for column in 0..77 {
                expected[row * 77 + column] +=
                    (0..5).map(|inner| left[row * 5 + inner] * right[inner * 77 + column]).sum::<f32>();
            }
        }
        for arch in [Arch::Scalar, Arch::new()] {
            let mut out = vec![1.0; 21 * 77];
            PackedMatrix::new(&right, 5).add_product(arch, &left, &mut out);
            assert_eq!(out, expected);
            let transpose: Vec<f32> = (0..77 * 5).map(|at| right[(at % 5) * 77 + at / 5]).collect();
            let mut out = vec![1.0; 21 * 77];
            PackedMatrix::transposed(&transpose, 77).add_product(arch, &left, &mut out);
            assert_eq!(out, expected);
        }
    }
}
