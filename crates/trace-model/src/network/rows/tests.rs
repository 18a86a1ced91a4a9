//! The operations by hand against the same of candle's own.

use candle_core::{Result, Tensor};

use super::{Rows, exp, some_numbers};

/// Values and gradients of an operation by hand and of a graph.
fn check(shape: (usize, usize, usize), by_hand: Rows, graph: impl Fn(&Tensor) -> Result<Tensor>) {
    let input = some_numbers(shape, "input");
    let weights = some_numbers(shape, "weights");
    let run = |result: Tensor| -> [Vec<f32>; 2] {
        let store = (&result * weights.as_tensor()).unwrap().sum_all().unwrap().backward().unwrap();
        let gradient = store.get(input.as_tensor()).unwrap();
        [&result, gradient].map(|tensor| tensor.flatten_all().unwrap().to_vec1().unwrap())
    };
    let (ours, theirs) = (run(input.apply_op1(by_hand).unwrap()), run(graph(input.as_tensor()).unwrap()));
    for (ours, theirs) in ours.iter().flatten().zip(theirs.iter().flatten()) {
        assert!((ours - theirs).abs() < 1e-5, "{ours} {theirs}");
    }
}

#[test]
fn norm_and_relu_are_those_of_graphs() {
    check((2, 3, 37), Rows::Norm, |input| {
        let mean = input.sqr()?.mean_keepdim(2)?;
        input.broadcast_div(&(mean + 1e-6)?.sqrt()?)
    });
    check((1, 4, 19), Rows::SquaredRelu, |input| input.relu()?.sqr());
}

#[test]
fn softmax_looks_back_only() {
    let scale = 0.3_f32;
    check((3, 20, 20), Rows::CausalSoftmax(scale), |input| {
        let mask: Vec<f32> =
            (0..400).map(|at| if at % 20 > at / 20 { f32::NEG_INFINITY } else { 0.0 }).collect();
        let mask = Tensor::from_vec(mask, (1, 20, 20), input.device())?;
        let scores = (input * f64::from(scale))?.broadcast_add(&mask)?;
        let powers = scores.broadcast_sub(&scores.max_keepdim(2)?)?.exp()?;
        powers.broadcast_div(&powers.sum_keepdim(2)?)
    });
}

#[test]
fn the_exponential_is_right_to_the_last_bits() {
    for step in 0..8700 {
        let x = -(step as f32) / 100.0;
        let truth = f64::from(x).exp();
        assert!((f64::from(exp(x)) - truth).abs() <= truth * 3e-7, "{x}");
    }
    assert!(exp(-1000.0) < 1e-37);
}
