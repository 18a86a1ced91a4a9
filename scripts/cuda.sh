#!/usr/bin/env bash
# Builds nalin-train and nalin-score for NVIDIA GPUs, on a machine that needs neither a GPU nor CUDA: the
# compiler comes from PyPI (260 MB) into FOLDER. The programs find the driver when they start, so one binary
# runs with a GPU and without (docs/cuda.md).
# usage: scripts/cuda.sh [FOLDER]      (default build/cuda; programs in FOLDER/target/release)
# CUDA_COMPUTE_CAP=90 is for H100 and H200; ask `nvidia-smi --query-gpu=compute_cap --format=csv`.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=$(mkdir -p "${1:-build/cuda}" && cd "${1:-build/cuda}" && pwd)
wheels=(nvidia-cuda-nvcc nvidia-cuda-runtime nvidia-cuda-nvrtc nvidia-cuda-cccl nvidia-cuda-crt nvidia-nvvm)

if [ ! -x "$folder/nvidia/cu13/bin/nvcc" ]; then
  python3 -m pip download --quiet --no-deps --dest "$folder/wheels" "${wheels[@]/%/==13.0.*}" nvidia-curand==10.4.0.35
  for wheel in "$folder"/wheels/*.whl; do python3 -m zipfile -e "$wheel" "$folder"; done
  chmod +x "$folder"/nvidia/cu13/bin/* "$folder"/nvidia/cu13/nvvm/bin/*
  # Wheels bring libraries by their full version alone.
  for library in "$folder"/nvidia/cu13/lib/*.so.*; do ln -sf "$(basename "$library")" "${library%%.so.*}.so"; done
  ln -sfn lib "$folder/nvidia/cu13/lib64"
fi

# candle links CUDA's libraries at start (huggingface/candle#3900): a program built so would not start without a
# GPU. In copies of two of its crates one line each is changed: libraries are loaded when they are asked for.
cargo fetch --quiet --locked
metadata=$(cargo metadata --format-version 1 --locked --features cuda)
patches=""
for crate in candle-core candle-kernels; do
  source=$(dirname "$(jq -r --arg name $crate '.packages[] | select(.name == $name) | .manifest_path' <<< "$metadata")")
  copy=$folder/$(basename "$source")
  patches+="$crate = { path = \"$copy\" }"$'\n'
  if [ ! -d "$copy" ]; then
    cp -r "$source" "$copy.new"
    sed -i 's/"dynamic-linking"/"dynamic-loading"/' "$copy.new/Cargo.toml"
    # Kernels for quantised weights and mixtures of experts, which nothing of ours calls, are most of the work.
    [ $crate = candle-core ] || sed -i 's/^    bindings.write(&ptx_path)?;$/&\n    return Ok(());/' "$copy.new/build.rs"
    grep -q '"dynamic-loading"\|return Ok' "$copy.new/Cargo.toml" "$copy.new/build.rs"
    mv "$copy.new" "$copy"
  fi
done

# A copy of the workspace, because a patch changes Cargo.lock.
rm -rf "$folder/tree"
mkdir "$folder/tree"
git ls-files -z --cached --others --exclude-standard | grep -z -v '^\(build\|target\)/' | xargs -0 cp --parents -t "$folder/tree"
printf '\n[patch.crates-io]\n%s' "$patches" >> "$folder/tree/Cargo.toml"
export CUDA_HOME=$folder/nvidia/cu13 CUDA_PATH=$folder/nvidia/cu13 NVCC=$folder/nvidia/cu13/bin/nvcc
export PATH=$CUDA_HOME/bin:$PATH CUDA_COMPUTE_CAP=${CUDA_COMPUTE_CAP:-90} CUDARC_CUDA_VERSION=13000
export CARGO_TARGET_DIR=$folder/target
cd "$folder/tree"
cargo build --release --package nalin-train --package nalin-score --features nalin-train/cuda,nalin-score/cuda
ls -l "$folder"/target/release/nalin-{train,score}
