//! Early stopping: which check on the validation part was the best, and when to give up waiting for a better one.

/// The best of a series of checks, numbered from 1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct EarlyStopping {
    checks: usize,
    best: Option<(f64, usize)>,
}

impl EarlyStopping {
    /// Takes note of a check; returns whether it is better than all before. Higher is better: a loss is passed
    /// negated. Of equals the first is kept.
    pub fn observe(&mut self, score: f64) -> bool {
        self.checks += 1;
        let is_better = self.best.is_none_or(|(best, _)| score > best);
        if is_better {
            self.best = Some((score, self.checks));
        }
        is_better
    }

    /// Number of the best check.
    pub fn best(&self) -> Option<usize> {
        self.best.map(|(_, check)| check)
    }

    /// Whether `patience` checks have gone by without a better one.
    pub fn is_patience_exhausted(&self, patience: usize) -> bool {
        self.best.is_some_and(|(_, best)| self.checks - best >= patience)
    }
}

#[cfg(test)]
mod tests {
    use super::EarlyStopping;

    #[test]
    fn patience_runs_out_after_so_many_checks_without_a_better_one() {
        let mut stopping = EarlyStopping::default();
        assert!(!stopping.is_patience_exhausted(0) && stopping.best().is_none());
        let better = [0.5, 0.7, 0.7, f64::NAN, 0.6].map(|score| stopping.observe(score));
        assert_eq!((better, stopping.best()), ([true, true, false, false, false], Some(2)));
        assert!(stopping.is_patience_exhausted(3) && !stopping.is_patience_exhausted(4));
    }
}
