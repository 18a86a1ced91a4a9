//! The operations by hand against PyTorch (2.15, in double precision), and against the reference.

use candle_core::{Device, Result, Tensor, Var};
use records::Random;

use super::{causal_softmax, reference, rms_norm, squared_relu};

/// Numbers, the same every time.
fn some_numbers(shape: &[usize], key: &str) -> Var {
    let mut random = Random::keyed(1, "test", key);
    let values: Vec<f32> = (0..shape.iter().product()).map(|_| random.normal() as f32).collect();
    Var::from_vec(values, shape, &Device::Cpu).unwrap()
}

/// Value and gradient of a sum of an operation's results, weighted.
fn run(operation: impl Fn(&Tensor) -> Result<Tensor>, input: &Var, weights: &Tensor) -> [Vec<f32>; 2] {
    let result = operation(input).unwrap();
    let store = (&result * weights).unwrap().sum_all().unwrap().backward().unwrap();
    [&result, store.get(input).unwrap()].map(|tensor| tensor.flatten_all().unwrap().to_vec1().unwrap())
}

fn is_close(found: &[Vec<f32>; 2], expected: &[Vec<f32>; 2]) {
    for (one, other) in found.iter().flatten().zip(expected.iter().flatten()) {
        assert!((one - other).abs() < 1e-5, "{found:?} {expected:?}");
    }
}

/// ```python
/// x = torch.tensor([[1.0, -2.0, 3.0], [0.5, 0.25, -0.125]], dtype=torch.float64, requires_grad=True)
/// w = torch.tensor([[1.0, 2.0, -1.0], [0.5, -0.5, 3.0]], dtype=torch.float64)
/// y = F.rms_norm(x, (3,), eps=1e-6)  # then: y = F.relu(x) ** 2
/// (y * w).sum().backward(); y, x.grad
/// ```
#[test]
fn norm_and_squared_relu_are_those_of_pytorch() {
    let input = Var::new(&[[1.0_f32, -2.0, 3.0], [0.5, 0.25, -0.125]], &Device::Cpu).unwrap();
    let weights = Tensor::new(&[[1.0_f32, 2.0, -1.0], [0.5, -0.5, 3.0]], &Device::Cpu).unwrap();
    let normed = [
        vec![0.462_91, -0.925_82, 1.388_73, 1.511_851, 0.755_925_5, -0.377_962_7],
        vec![0.661_3, 0.529_040_1, 0.132_259_9, 2.663_727, -0.935_913, 8.783_137],
    ];
    let squared = [vec![1.0, 0.0, 9.0, 0.25, 0.0625, 0.0], vec![2.0, 0.0, -6.0, 0.5, -0.25, 0.0]];
    is_close(&run(rms_norm, &input, &weights), &normed);
    is_close(&run(squared_relu, &input, &weights), &squared);
}

/// ```python
/// x = torch.tensor([[[1.0, -2.0, 3.0], [0.5, 0.25, -0.125], [2.0, 0.0, -1.0]]], dtype=torch.float64,
///     requires_grad=True)
/// w = torch.tensor([[[1.0, 2.0, -1.0], [0.5, -0.5, 3.0], [1.0, -2.0, 0.5]]], dtype=torch.float64)
/// y = torch.softmax((x * 0.5).masked_fill(torch.ones(3, 3).triu(1).bool(), -torch.inf), -1)
/// (y * w).sum().backward(); y, x.grad
/// ```
#[test]
fn causal_softmax_is_that_of_pytorch() {
    let input =
        Var::new(&[[[1.0_f32, -2.0, 3.0], [0.5, 0.25, -0.125], [2.0, 0.0, -1.0]]], &Device::Cpu).unwrap();
    let weights =
        Tensor::new(&[[[1.0_f32, 2.0, -1.0], [0.5, -0.5, 3.0], [1.0, -2.0, 0.5]]], &Device::Cpu).unwrap();
    let expected = [
        vec![1.0, 0.0, 0.0, 0.531_209_4, 0.468_790_6, 0.0, 0.628_531_7, 0.231_223_9, 0.140_244_4],
        vec![0.0, 0.0, 0.0, 0.124_513, -0.124_513, 0.0, 0.240_034_3, -0.258_532_1, 0.018_497_81],
    ];
    is_close(&run(|scores| causal_softmax(scores, 0.5), &input, &weights), &expected);
}

#[test]
fn operations_by_hand_are_those_of_the_reference() {
    let (input, weights) = (some_numbers(&[6, 37], "input"), some_numbers(&[6, 37], "weights"));
    is_close(&run(rms_norm, &input, &weights), &run(reference::rms_norm, &input, &weights));
    is_close(&run(squared_relu, &input, &weights), &run(reference::squared_relu, &input, &weights));
    let (input, weights) = (some_numbers(&[3, 20, 20], "input"), some_numbers(&[3, 20, 20], "weights"));
    let by_hand = run(|scores| causal_softmax(scores, 0.3), &input, &weights);
    is_close(&by_hand, &run(|scores| reference::causal_softmax(scores, 0.3), &input, &weights));
}
