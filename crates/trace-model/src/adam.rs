//! Adam with decoupled weight decay and a bound on the norm of the gradient.

use pulp::Arch;

const BETA_1: f32 = 0.9;
const BETA_2: f32 = 0.99;
const EPSILON: f32 = 1e-8;
const DECAY: f32 = 0.01;
const CLIP: f64 = 1.0;

/// The optimiser's state.
pub(crate) struct Adam {
    /// Steps so far.
    pub(crate) step: i32,
    /// Of each weight the running means of the gradient and of its square, the one behind the other.
    pub(crate) moments: Vec<Vec<f32>>,
}

impl Adam {
    /// Fresh state for weights of these numbers.
    pub(crate) fn new(counts: impl Iterator<Item = usize>) -> Self {
        Self { step: 0, moments: counts.map(|count| vec![0.0; 2 * count]).collect() }
    }

    /// Moves the weights by a step of `rate`.
    pub(crate) fn step(&mut self, weights: &mut [Vec<f32>], gradients: &[Vec<f32>], rate: f64) {
        self.step += 1;
        let square = |values: &[f32]| values.iter().map(|&value| f64::from(value).powi(2)).sum::<f64>();
        let norm = gradients.iter().map(|gradient| square(gradient)).sum::<f64>().sqrt();
        let scale = (CLIP / (norm + 1e-6)).min(1.0) as f32;
        let rate = rate as f32;
        let keep = 1.0 - rate * DECAY;
        let pace = rate / (1.0 - BETA_1.powi(self.step));
        let root = (1.0 - BETA_2.powi(self.step)).sqrt().recip();
        for ((weights, gradient), moments) in weights.iter_mut().zip(gradients).zip(&mut self.moments) {
            let (first, second) = moments.split_at_mut(weights.len());
            let moments = first.iter_mut().zip(second);
            let all = weights.iter_mut().zip(gradient).zip(moments);
            Arch::new().dispatch(
                // It uses up what it captures: what can be called twice is called by way of a function that is not inlined,
                // and so is compiled for the oldest processor.
                #[inline(always)]
                || {
                    for ((weight, gradient), (first, second)) in all {
                        let gradient = gradient * scale;
                        *first = BETA_1 * *first + (1.0 - BETA_1) * gradient;
                        *second = BETA_2 * *second + (1.0 - BETA_2) * gradient * gradient;
                        *weight = *weight * keep - pace * *first / (second.sqrt() * root + EPSILON);
                    }
                },
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Adam;

    #[test]
    fn two_steps_by_hand() {
        let (mut weights, mut adam) = (vec![vec![1.0_f32, -2.0]], Adam::new([2].into_iter()));
        let (mut expected, mut first, mut second) = ([1.0_f64, -2.0], [0.0; 2], [0.0; 2]);
        // The norm of the first gradient is 5, so a fifth of it is left.
        for (step, given, clipped) in [(1, [3.0_f32, 4.0], [0.6_f64, 0.8]), (2, [-0.1, 0.2], [-0.1, 0.2])] {
            adam.step(&mut weights, &[given.to_vec()], 0.1);
            for at in 0..2 {
                first[at] = 0.9 * first[at] + 0.1 * clipped[at];
                second[at] = 0.99 * second[at] + 0.01 * clipped[at] * clipped[at];
                let corrected: f64 = first[at] / (1.0 - 0.9_f64.powi(step));
                let root = (second[at] / (1.0 - 0.99_f64.powi(step))).sqrt();
                expected[at] = expected[at] * (1.0 - 0.1 * 0.01) - 0.1 * corrected / (root + 1e-8);
            }
        }
        for at in 0..2 {
            assert!((f64::from(weights[0][at]) - expected[at]).abs() < 1e-5, "{weights:?} {expected:?}");
        }
    }
}
