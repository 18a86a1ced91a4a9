//! How the learning rate changes during a run: factors of the rate by how much of the run is done, from 0 to 1.

/// Falls linearly from 1 to `end` (`lr_scheduler.LinearLR(start_factor=1, end_factor=end)`).
pub fn linear_decay(done: f64, end: f64) -> f64 {
    1.0 - (1.0 - end) * done
}

/// Rises linearly over the first `warm_up` steps, stays at 1, and falls linearly over the last share `fall` of the
/// run, to `end` at least ("warmup, stable, decay": Hu and others 2024). `step` counts the steps taken before.
pub fn warmup_stable_decay(step: usize, done: f64, (warm_up, fall, end): (f64, f64, f64)) -> f64 {
    let rise = ((step as f64 + 1.0) / warm_up).min(1.0);
    rise * ((1.0 - done) / fall).clamp(end, 1.0)
}

#[cfg(test)]
mod tests {
    use super::{linear_decay, warmup_stable_decay};

    /// ```python
    /// w = torch.nn.Parameter(torch.zeros(1)); o = torch.optim.SGD([w], lr=1.0)
    /// s = torch.optim.lr_scheduler.LinearLR(o, start_factor=1.0, end_factor=0.1, total_iters=4)
    /// for _ in range(5): print(o.param_groups[0]["lr"]); o.step(); s.step()
    /// ```
    #[test]
    fn linear_decay_is_that_of_pytorch() {
        for (step, expected) in [1.0, 0.775, 0.55, 0.325, 0.1].into_iter().enumerate() {
            assert!((linear_decay(step as f64 / 4.0, 0.1) - expected).abs() < 1e-12);
        }
    }

    #[test]
    fn it_rises_stays_and_falls() {
        let factor = |step, done| warmup_stable_decay(step, done, (50.0, 0.4, 0.02));
        assert_eq!([factor(0, 0.0), factor(24, 0.01), factor(60, 0.5)], [0.02, 0.5, 1.0]);
        assert!((factor(900, 0.8) - 0.5).abs() < 1e-12 && factor(1000, 1.0) == 0.02);
    }
}
