//! Probabilities out of logits (Platt 1999): a slope and an offset, fitted on the validation part.

use serde::{Deserialize, Serialize};

/// score = sigmoid(slope · logit + offset).
#[derive(Clone, Copy, Debug, Deserialize, Serialize, PartialEq)]
pub struct Calibration {
    /// Factor of the logit, above 0 so that the order of scores stays.
    pub slope: f64,
    /// Added to it.
    pub offset: f64,
}

impl Default for Calibration {
    fn default() -> Self {
        Self { slope: 1.0, offset: 0.0 }
    }
}

impl Calibration {
    /// The calibrated probability.
    pub fn apply(self, logit: f32) -> f64 {
        1.0 / (1.0 + (-(self.slope * f64::from(logit) + self.offset)).exp())
    }

    /// Fits by Newton's method with Platt's softened targets; leaves logits as they are when there is
    /// only one class or the fit would turn their order round.
    pub fn fit(logits: &[f32], labels: &[bool]) -> Self {
        let positives = labels.iter().filter(|&&label| label).count() as f64;
        let negatives = labels.len() as f64 - positives;
        if positives == 0.0 || negatives == 0.0 {
            return Self::default();
        }
        let targets = [1.0 / (negatives + 2.0), (positives + 1.0) / (positives + 2.0)];
        let mut fitted = Self::default();
        for _ in 0..50 {
            let (mut gradient, mut hessian) = ([0.0; 2], [1e-9, 0.0, 1e-9]);
            for (&logit, &label) in logits.iter().zip(labels) {
                let score = fitted.apply(logit);
                let (error, curve, logit) =
                    (score - targets[usize::from(label)], score * (1.0 - score), f64::from(logit));
                gradient[0] += error * logit;
                gradient[1] += error;
                hessian[0] += curve * logit * logit;
                hessian[1] += curve * logit;
                hessian[2] += curve;
            }
            let determinant = hessian[0] * hessian[2] - hessian[1] * hessian[1];
            let slope_step = (hessian[2] * gradient[0] - hessian[1] * gradient[1]) / determinant;
            let offset_step = (hessian[0] * gradient[1] - hessian[1] * gradient[0]) / determinant;
            // Newton can overshoot from a poor start: never more than 1 at a time.
            fitted.slope -= slope_step.clamp(-1.0, 1.0);
            fitted.offset -= offset_step.clamp(-1.0, 1.0);
            if slope_step.abs() + offset_step.abs() < 1e-10 {
                break;
            }
        }
        if fitted.slope > 0.0 && fitted.slope.is_finite() && fitted.offset.is_finite() {
            fitted
        } else {
            Self::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use records::Random;

    use super::Calibration;

    #[test]
    fn overconfident_logits_are_tamed() {
        let mut random = Random::keyed(3, "test", "");
        let (mut logits, mut labels) = (Vec::new(), Vec::new());
        for _ in 0..20_000 {
            let truth = random.normal() * 1.5;
            labels.push(random.unit() < 1.0 / (1.0 + (-truth).exp()));
            // The network says four times too much, and is shifted.
            logits.push((truth * 4.0 - 2.0) as f32);
        }
        let fitted = Calibration::fit(&logits, &labels);
        assert!((fitted.slope - 0.25).abs() < 0.02 && (fitted.offset - 0.5).abs() < 0.06, "{fitted:?}");
    }

    #[test]
    fn nothing_to_fit() {
        assert_eq!(Calibration::fit(&[1.0, 2.0], &[true, true]), Calibration::default());
        assert_eq!(Calibration::fit(&[-3.0, 3.0], &[true, false]), Calibration::default());
    }
}
