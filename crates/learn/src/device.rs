//! Where tensors live.
//!
//! On a GPU candle computes the dense layers; tables and the optimiser stay with the processor by design: a step
//! touches a few of their rows, which would travel anyway.

use anyhow::{Result, bail};
use candle_core::Device;

/// The devices by name: the processor, and the first NVIDIA GPU.
pub const DEVICES: [&str; 2] = ["cpu", "cuda"];

/// A device by its name.
///
/// # Errors
/// If this is a build without the feature `cuda`, or there is no driver, or no such name.
pub fn device(name: &str) -> Result<Device> {
    match name {
        "cpu" => Ok(Device::Cpu),
        "cuda" => gpu(),
        _ => bail!("there is no device `{name}`; the devices are {}", DEVICES.join(", ")),
    }
}

#[cfg(feature = "cuda")]
fn gpu() -> Result<Device> {
    // Without a driver candle does not fail but panics.
    let has_driver = std::path::Path::new("/proc/driver/nvidia/version").exists();
    anyhow::ensure!(has_driver, "there is no NVIDIA driver on this machine");
    Ok(Device::new_cuda(0)?)
}

#[cfg(not(feature = "cuda"))]
fn gpu() -> Result<Device> {
    bail!("this build computes on the CPU alone; docs/cuda.md says how to build for a GPU")
}
